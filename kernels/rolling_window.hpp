#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace assay {

/// Where a kernel that goes round and round through its operands stands. One step is a window of them, so that samples
/// of a millisecond are possible for a working set that takes many: the next call goes on where the last one stopped,
/// and no element is met again before all others were.
class RollingWindow {
 public:
  RollingWindow() = default;

  /// `elements` in all and `window` in one step; both multiples of what the loop does at once, 1 <= window <= elements.
  RollingWindow(std::size_t elements, std::size_t window) : elements_(elements), window_(window) {}

  [[nodiscard]] std::size_t window() const { return window_; }

  /// Calls loop(first, count, passes) as few times as `steps` windows from here on allow: whole passes in one call.
  template <class Loop>
  void advance(std::uint64_t steps, Loop loop) {
    for (std::uint64_t left = steps * window_; left > 0;) {
      const bool whole = position_ == 0 && left >= elements_;
      const std::uint64_t passes = whole ? left / elements_ : 1;
      const std::size_t count = whole ? elements_ : std::min<std::uint64_t>(left, elements_ - position_);
      loop(position_, count, passes);
      position_ = (position_ + count) % elements_;
      left -= passes * count;
    }
  }

 private:
  std::size_t elements_ = 1;
  std::size_t window_ = 1;
  std::size_t position_ = 0;
};

/// Traffic of a step of the bandwidth kernels: the whole of a working set that stays in caches near the core, else a
/// share of it. Longer steps would leave a sample of half a millisecond too few of them, shorter ones gain nothing:
/// steps in one call are one loop.
inline constexpr std::uint64_t kWindowBytes = std::uint64_t{64} * 1024;

}  // namespace assay
