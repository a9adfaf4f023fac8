#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>

#include "harness/unavailable.hpp"
#include "harness/units.hpp"

namespace assay {

struct BufferRequest {
  Bytes size;
  std::optional<int> numa_node;  ///< prefer this node's memory; empty: that of the thread which touches first
  /// Ask for transparent huge pages, which keep TLB misses out of bandwidth figures; false: small pages even where the
  /// system gives huge ones unasked.
  bool huge_pages = true;
  bool lock = false;  ///< keep touched pages from being swapped
};

/// Memory for a kernel's operands: zeroed, aligned to 2 MiB, with an unreadable page at both ends so that an overrun
/// stops the program instead of bending a result. Pages get their place when a thread first touches them: let each
/// worker call first_touch() on what it will use. Move-only.
class Buffer {
 public:
  Buffer() = default;  ///< empty

  /// Throws std::runtime_error naming the size and the system's message, also when /proc/meminfo says that the memory
  /// is not there: Linux would hand out the addresses and kill the process at the first touch.
  explicit Buffer(const BufferRequest& request);
  explicit Buffer(Bytes size) : Buffer(BufferRequest{.size = size}) {}

  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  ~Buffer();

  [[nodiscard]] Bytes size() const { return size_; }

  /// The memory as whole objects of T; bytes at the end that hold no whole T are left out.
  template <class T>
  [[nodiscard]] std::span<T> as() const {
    static_assert(std::is_trivially_copyable_v<T>, "a Buffer holds plain data: it runs no constructors");
    return {static_cast<T*>(data_), size_.count / sizeof(T)};
  }

  /// Writes one zero into every page of [offset, offset + length), which the calling thread's node then holds. Only
  /// before the buffer is filled. Throws std::out_of_range beyond the end.
  void first_touch(Bytes offset, Bytes length) const;
  void first_touch() const { first_touch(Bytes{0}, size_); }

  /// How much lies in huge pages now, as /proc/self/smaps says; not available with the reason where huge pages were
  /// refused or not asked for. Reads a file: not for timed regions.
  [[nodiscard]] Reading<Bytes> in_huge_pages() const;

  /// The node that was asked for, or why the system did not take the wish.
  [[nodiscard]] const Reading<int>& numa_node() const { return numa_node_; }

  /// Whether touched pages are locked, or why not.
  [[nodiscard]] const Reading<bool>& locked() const { return locked_; }

 private:
  void map();
  void release() noexcept;

  void* mapping_ = nullptr;
  std::size_t mapping_size_ = 0;
  void* data_ = nullptr;
  std::size_t data_size_ = 0;  ///< size_ in whole pages
  Bytes size_;
  Reading<bool> huge_pages_ = Unavailable{"not asked for"};
  Reading<int> numa_node_ = Unavailable{"not asked for"};
  Reading<bool> locked_ = Unavailable{"not asked for"};
};

}  // namespace assay
