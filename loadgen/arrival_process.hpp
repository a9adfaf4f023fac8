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

/// When the cameras of one rate trigger.
enum class CameraPhase {
  aligned,    ///< all at once
  staggered,  ///< evenly spread over the period: camera k at k / (K rate)
  random,     ///< each at its own time in the period, drawn once from the schedule seed and kept over the run
};

/// K cameras that trigger at a fixed rate, whatever the system does: the ConstantStream of MLPerf Automotive (v0.5,
/// arXiv 2510.27065) for several streams. Query i is frame i / K of camera i mod K. Time zero is the first trigger of
/// camera 0; with random phases the cameras are numbered in the order in which they trigger.
/// Frames that are due at one instant are handed over in one call.
struct CameraArrivals {
  std::uint64_t cameras = 1;
  double frames_per_s = 30.0;  ///< of each
  CameraPhase phase = CameraPhase::aligned;

  [[nodiscard]] double rate_hz() const { return static_cast<double>(cameras) * frames_per_s; }
};

using ArrivalProcess = std::variant<PoissonArrivals, ConstantArrivals, GammaArrivals, MmppArrivals, StepArrivals,
                                    RampArrivals, TraceArrivals, CameraArrivals>;

/// "poisson", "constant", "gamma:0.5", "mmpp:10", "step:5s:2", "ramp:10s:2", "trace:FILE", "cameras:8x30:aligned": as
/// typed after --arrivals.
[[nodiscard]] std::string name_of(const ArrivalProcess& process);

[[nodiscard]] std::string name_of(CameraPhase phase);  ///< "aligned"

/// What becomes of a frame that the system has no time for.
enum class LateFrames {
  queue,  ///< it waits in line
  drop,   ///< a camera has one frame in the system at most: see FrameLine
};

[[nodiscard]] std::string name_of(LateFrames policy);  ///< "drop"

}  // namespace assay
