#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// Exponential gaps: the MLPerf Server scenario.
struct PoissonArrivals {};

/// Equal gaps.
struct ConstantArrivals {};

/// Gamma-distributed gaps of shape k: k < 1 is burstier than Poisson (CV = 1/sqrt(k)), k > 1 more regular.
struct GammaArrivals {
  double shape = 0.5;
};

/// Markov-modulated Poisson process of two states. The mean rate stays the target; in the burst state the rate is
/// `burst_ratio` times that of the calm state. Dwell times are exponential.
struct MmppArrivals {
  double burst_ratio = 10.0;
  Nanoseconds mean_calm = std::chrono::milliseconds{900};
  Nanoseconds mean_burst = std::chrono::milliseconds{100};
};

/// Poisson whose rate jumps to `factor` times the target at `at`.
struct StepArrivals {
  Nanoseconds at = std::chrono::seconds{5};
  double factor = 2.0;
};

/// Poisson whose rate grows linearly from the target to `factor` times it over `over`.
struct RampArrivals {
  Nanoseconds over = std::chrono::seconds{10};
  double factor = 2.0;
};

/// Replay of recorded arrivals: offsets from the first, ascending. `speed` 2 plays it twice as fast. The trace
/// repeats, with its own mean gap between the laps, when the run is longer than it.
struct TraceArrivals {
  std::string source;  ///< file name, for the result
  std::vector<Nanoseconds> offsets;
  double speed = 1.0;
};

using ArrivalProcess = std::variant<PoissonArrivals, ConstantArrivals, GammaArrivals, MmppArrivals, StepArrivals,
                                    RampArrivals, TraceArrivals>;

/// "poisson", "constant", "gamma:0.5", "mmpp:10", "step:5s:2", "ramp:10s:2", "trace:FILE": as typed after --arrivals.
[[nodiscard]] std::string name_of(const ArrivalProcess& process);

}  // namespace assay
