#include "harness/signal.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>

namespace assay {

void Signal::raise() noexcept {
  // Sequentially consistent with the sleeper's registration below: either the sleeper sees the new epoch before
  // it sleeps, or this thread sees the sleeper and wakes it.
  epoch_.fetch_add(1, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) != 0) {
    syscall(SYS_futex, &epoch_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
  }
}

void Signal::sleep(std::uint32_t seen, Nanoseconds timeout) noexcept {
  if (timeout <= Nanoseconds::zero()) {
    return;
  }
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  if (epoch_.load(std::memory_order_seq_cst) == seen) {
    constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
    const timespec relative{.tv_sec = timeout.count() / kNanosecondsPerSecond,
                            .tv_nsec = timeout.count() % kNanosecondsPerSecond};
    syscall(SYS_futex, &epoch_, FUTEX_WAIT_PRIVATE, seen, &relative, nullptr, 0);
  }
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
}

}  // namespace assay
