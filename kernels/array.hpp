#pragma once

#include <cstddef>
#include <span>

#include "harness/buffer.hpp"
#include "harness/units.hpp"

namespace assay {

/// One operand of a kernel: `count` elements in a Buffer of its own. Move-only.
template <class T>
class Array {
 public:
  Array() = default;  ///< empty

  /// Zeroed. The first element is 2 MiB-aligned, plus `offset` bytes (a multiple of 64). Throws as Buffer does.
  explicit Array(std::size_t count, std::size_t offset = 0)
      : buffer_(Bytes{count * sizeof(T) + offset}), elements_(buffer_.as<T>().subspan(offset / sizeof(T), count)) {}

  [[nodiscard]] T* data() { return elements_.data(); }
  [[nodiscard]] const T* data() const { return elements_.data(); }
  [[nodiscard]] std::span<T> span() { return elements_; }
  [[nodiscard]] std::span<const T> span() const { return elements_; }

 private:
  Buffer buffer_;
  std::span<T> elements_;
};

}  // namespace assay
