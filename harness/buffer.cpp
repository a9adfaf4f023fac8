#include "harness/buffer.hpp"

#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "harness/file_source.hpp"
#include "harness/machine_facts.hpp"

namespace assay {
namespace {

constexpr std::size_t kHugePage = 2U << 20U;

std::size_t page_size() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

std::size_t rounded_up(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

std::string message_of(int error) { return std::generic_category().message(error); }

std::string in_mib(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

void check_available(Bytes size) {
  const auto available = read_memory_available(SystemFiles{});
  if (available && size > *available) {
    throw std::runtime_error("Buffer of " + std::to_string(size.count) + " bytes (" + in_mib(size.count) + "): only " +
                             in_mib(available->count) + " are available");
  }
}

Reading<int> prefer_node(void* data, std::size_t size, int node) {
  if (node < 0) {
    return Unavailable{"NUMA node " + std::to_string(node) + " does not exist"};
  }
  constexpr std::size_t kBits = 8 * sizeof(unsigned long);
  const auto index = static_cast<std::size_t>(node);
  std::vector<unsigned long> mask(index / kBits + 1);
  mask[index / kBits] = 1UL << (index % kBits);
  // By system call: libnuma would be one more dependency for one function. The kernel reads maxnode - 1 bits.
  if (syscall(SYS_mbind, data, size, MPOL_PREFERRED, mask.data(), mask.size() * kBits + 1, 0U) != 0) {
    return Unavailable{"mbind(node " + std::to_string(node) + "): " + message_of(errno)};
  }
  return node;
}

/// "AnonHugePages" of the mapping that starts at `address`, in /proc/self/smaps.
std::optional<Bytes> huge_bytes_at(std::uintptr_t address) {
  const std::string smaps = SystemFiles{}.read("/proc/self/smaps").value_or("");
  bool inside = false;
  for (const std::string& line : lines_of(smaps)) {
    std::uintptr_t first = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), first, 16);
    if (error == std::errc{} && *end == '-') {
      inside = first == address;
    } else if (inside && line.starts_with("AnonHugePages:")) {
      std::uint64_t kibibytes = 0;
      const std::string value = trimmed(std::string_view{line}.substr(line.find(':') + 1));
      std::from_chars(value.data(), value.data() + value.size(), kibibytes);
      return Bytes{kibibytes * 1024};
    }
  }
  return std::nullopt;
}

}  // namespace

Buffer::Buffer(const BufferRequest& request) : size_(request.size) {
  if (size_.count == 0) {
    return;
  }
  check_available(size_);
  map();
  if (request.huge_pages) {
    huge_pages_ = madvise(data_, data_size_, MADV_HUGEPAGE) == 0
                      ? Reading<bool>{true}
                      : Unavailable{"madvise(MADV_HUGEPAGE): " + message_of(errno)};
  } else {
    // A kernel without transparent huge pages does not know the advice, and needs none.
    (void)madvise(data_, data_size_, MADV_NOHUGEPAGE);
  }
  if (request.numa_node) {
    numa_node_ = prefer_node(data_, data_size_, *request.numa_node);
  }
  if (request.lock) {
    // On fault: a plain mlock would touch every page here, on the wrong thread's node.
    locked_ = mlock2(data_, data_size_, MLOCK_ONFAULT) == 0
                  ? Reading<bool>{true}
                  : Unavailable{"mlock2(" + std::to_string(data_size_) + " bytes): " + message_of(errno)};
  }
}

void Buffer::map() {
  const std::size_t page = page_size();
  data_size_ = rounded_up(size_.count, page);
  mapping_size_ = data_size_ + kHugePage + 2 * page;
  void* mapping = mmap(nullptr, mapping_size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) {
    const int error = errno;
    throw std::runtime_error("mmap of " + std::to_string(mapping_size_) + " bytes: " + message_of(error));
  }
  mapping_ = mapping;
  // A process that is forked beside a measurement needs none of it; sharing it would make each first write copy a page.
  madvise(mapping, mapping_size_, MADV_DONTFORK);
  void* first = static_cast<std::byte*>(mapping) + page;
  std::size_t space = mapping_size_ - 2 * page;
  data_ = std::align(kHugePage, data_size_, first, space);
  if (mprotect(data_, data_size_, PROT_READ | PROT_WRITE) != 0) {
    const int error = errno;
    release();
    throw std::runtime_error("mprotect of " + std::to_string(data_size_) + " bytes: " + message_of(error));
  }
}

Buffer::Buffer(Buffer&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)),
      mapping_size_(std::exchange(other.mapping_size_, 0)),
      data_(std::exchange(other.data_, nullptr)),
      data_size_(std::exchange(other.data_size_, 0)),
      size_(std::exchange(other.size_, Bytes{})),
      huge_pages_(std::move(other.huge_pages_)),
      numa_node_(std::move(other.numa_node_)),
      locked_(std::move(other.locked_)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(mapping_size_, other.mapping_size_);
  std::swap(data_, other.data_);
  std::swap(data_size_, other.data_size_);
  std::swap(size_, other.size_);
  std::swap(huge_pages_, other.huge_pages_);
  std::swap(numa_node_, other.numa_node_);
  std::swap(locked_, other.locked_);
  return *this;
}

Buffer::~Buffer() { release(); }

void Buffer::release() noexcept {
  if (mapping_ != nullptr) {
    munmap(mapping_, mapping_size_);
    mapping_ = nullptr;
  }
}

void Buffer::first_touch(Bytes offset, Bytes length) const {
  if (offset > size_ || length.count > size_.count - offset.count) {
    throw std::out_of_range("Buffer::first_touch: " + std::to_string(length.count) + " bytes at " +
                            std::to_string(offset.count) + " of " + std::to_string(size_.count));
  }
  const std::size_t page = page_size();
  auto* bytes = static_cast<volatile std::byte*>(data_);
  for (std::size_t i = offset.count; i < offset.count + length.count; i = (i / page + 1) * page) {
    bytes[i] = std::byte{0};
  }
}

Reading<Bytes> Buffer::in_huge_pages() const {
  if (!huge_pages_) {
    return Unavailable{huge_pages_.reason()};
  }
  const auto bytes = huge_bytes_at(reinterpret_cast<std::uintptr_t>(data_));
  return bytes ? Reading<Bytes>{*bytes} : Unavailable{"/proc/self/smaps does not show this mapping"};
}

}  // namespace assay
