#include "harness/core_clock_probe.hpp"

#include <algorithm>
#include <vector>

#include "harness/effective_clock.hpp"
#include "harness/thread_affinity.hpp"

namespace assay {
MovingClockProbe::MovingClockProbe(Clock& clock, const ThreadMeter& meter)
    : clock_(clock), meter_(meter), clock_cost_(back_to_back_cost(clock)) {}

std::optional<double> MovingClockProbe::clock_hz(int cpu) {
  const std::vector<int> home = cpus_of_this_thread();
  if (home.empty() || !allow_this_thread({&cpu, 1})) {
    return std::nullopt;
  }
  const auto fastest = fastest_stretch(kStretches, [this] { return estimate_clock(clock_, meter_, clock_cost_); });
  // Refused only if all of them have gone offline; the thread then stays where it is.
  static_cast<void>(allow_this_thread(home));
  return fastest;
}

std::optional<double> fastest_stretch(int count, const std::function<std::optional<double>()>& stretch) {
  std::optional<double> fastest;
  for (int i = 0; i < count; ++i) {
    const std::optional<double> rate = stretch();
    if (rate) {
      fastest = std::max(fastest.value_or(*rate), *rate);
    }
  }
  return fastest;
}

}  // namespace assay
