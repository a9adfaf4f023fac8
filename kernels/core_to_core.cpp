#include "kernels/core_to_core.hpp"

#include <sched.h>

#include <algorithm>

#include "harness/cpu_relax.hpp"

namespace assay {
namespace {

// A core that polls without pause sees the line as soon as it is there; one that waits longer than any transfer lets
// its sibling thread, and then other threads, have a share.
constexpr std::uint64_t kHotPolls = 4096;
constexpr std::uint64_t kPollsBetweenYields = std::uint64_t{1} << 14;

}  // namespace

bool CoreToCore::await(std::uint64_t value) noexcept {
  for (std::uint64_t polls = 1; ball_.load(std::memory_order_acquire) != value; ++polls) {
    if (polls < kHotPolls) {
      continue;
    }
    if (polls >= most_polls_ || given_up_.load(std::memory_order_relaxed)) {
      given_up_.store(true, std::memory_order_release);
      return false;
    }
    cpu_relax();
    if (polls % kPollsBetweenYields == 0) {
      sched_yield();
    }
  }
  return true;
}

void CoreToCore::run(std::size_t thread, std::uint64_t round_trips) noexcept {
  if (thread >= positions_.size() || !complete()) {
    return;
  }
  std::uint64_t& trips = positions_[thread].trips;
  for (std::uint64_t i = 0; i < round_trips; ++i) {
    // The ball counts transfers: even, it is with thread 0; odd, with thread 1.
    const std::uint64_t mine = 2 * trips + thread;
    if (!await(mine)) {
      return;
    }
    ball_.store(mine + 1, std::memory_order_release);
    ++trips;
  }
  // The last transfer counts only when it has arrived: thread 0 waits for it.
  if (thread == 0) {
    (void)await(2 * trips);
  }
}

std::uint64_t CoreToCore::round_trips() const noexcept { return std::min(positions_[0].trips, positions_[1].trips); }

void CoreToCore::restart() noexcept {
  ball_.store(0, std::memory_order_relaxed);
  positions_ = {};
  given_up_.store(false, std::memory_order_release);
}

}  // namespace assay
