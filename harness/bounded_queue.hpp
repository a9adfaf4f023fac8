#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <stdexcept>

namespace assay {

/// A queue for many producers and consumers in preallocated memory: no lock and no allocation after construction.
/// Each cell carries a ticket that says whose turn it is. Source: D. Vyukov, "Bounded MPMC queue", 1024cores.net.
template <class T>
class BoundedQueue {
 public:
  /// Capacity is rounded up to a power of two. Throws std::invalid_argument for 0.
  explicit BoundedQueue(std::size_t capacity)
      : mask_(std::bit_ceil(capacity) - 1), cells_(std::make_unique<Cell[]>(mask_ + 1)) {
    if (capacity == 0) {
      throw std::invalid_argument("BoundedQueue: capacity must be at least 1");
    }
    for (std::size_t i = 0; i <= mask_; ++i) {
      cells_[i].ticket.store(i, std::memory_order_relaxed);
    }
  }

  /// False if the queue is full.
  [[nodiscard]] bool try_push(const T& value) noexcept {
    std::size_t position = tail_.load(std::memory_order_relaxed);
    while (true) {
      Cell& cell = cells_[position & mask_];
      const std::size_t ticket = cell.ticket.load(std::memory_order_acquire);
      if (ticket == position) {
        if (tail_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
          cell.value = value;
          cell.ticket.store(position + 1, std::memory_order_release);
          return true;
        }
      } else if (ticket < position) {
        return false;
      } else {
        position = tail_.load(std::memory_order_relaxed);
      }
    }
  }

  /// False if the queue is empty.
  [[nodiscard]] bool try_pop(T& value) noexcept {
    std::size_t position = head_.load(std::memory_order_relaxed);
    while (true) {
      Cell& cell = cells_[position & mask_];
      const std::size_t ticket = cell.ticket.load(std::memory_order_acquire);
      if (ticket == position + 1) {
        if (head_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
          value = cell.value;
          cell.ticket.store(position + mask_ + 1, std::memory_order_release);
          return true;
        }
      } else if (ticket < position + 1) {
        return false;
      } else {
        position = head_.load(std::memory_order_relaxed);
      }
    }
  }

 private:
  struct Cell {
    std::atomic<std::size_t> ticket{0};
    T value{};
  };
  static constexpr std::size_t kCacheLine = 64;

  std::size_t mask_;
  std::unique_ptr<Cell[]> cells_;
  alignas(kCacheLine) std::atomic<std::size_t> tail_{0};
  alignas(kCacheLine) std::atomic<std::size_t> head_{0};
};

}  // namespace assay
