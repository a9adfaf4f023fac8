#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "analysis/change_points.hpp"
#include "analysis/steady_state.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// A clock that is lower by this share or more did drop: the clock probe repeats to 0.1 % in quiet, to 1 % in noise.
inline constexpr double kConfirmingClockDrop = 0.03;

/// One point of a soak, all of the same length, a second as a rule. What the host cannot tell is absent.
struct SoakPoint {
  double t_s = 0.0;  ///< its begin
  double throughput_per_s = 0.0;
  std::optional<double> p50_s = {};
  std::optional<double> p99_s = {};
  std::optional<double> clock_hz = {};
  std::optional<double> steal_share = {};    ///< of the time, given by the hypervisor to others
  std::optional<double> foreign_share = {};  ///< of the processors, used by other processes
  std::optional<double> involuntary_switches_per_s = {};
  std::optional<double> temperature_c = {};
  std::optional<double> power_w = {};
  std::optional<bool> throttle_flag = {};  ///< a sensor says that the device throttles for heat
};

struct SoakSettings {
  std::size_t loops = 20;
  std::optional<double> trip_temperature_c = {};
};

/// A share of the soak, as long as each other one.
struct SoakLoop {
  double begin_s = 0.0;
  double end_s = 0.0;
  double throughput_per_s = 0.0;
  std::optional<double> p99_s;  ///< median of its points': the tail of the loop as a whole takes the queries themselves
};

/// A lasting drop of the throughput: a segment of at least two points, 5 % or more below the best one before it.
struct ThroughputDrop {
  Segment before;
  Segment during;
  double begin_s = 0.0;
  double drop = 0.0;                 ///< 0.2: down by 20 %
  std::optional<double> clock_drop;  ///< between the same points; negative where the clock rose
};

/// Figures of a soak. What is sustained is compared with the best, never with a data sheet.
struct SustainedAudit {
  double duration_s = 0.0;
  bool burst_only = false;  ///< shorter than 120 s: too short to call anything sustained
  std::vector<SoakLoop> loops;
  double stability = 0.0;          ///< worst loop over best; 3DMark's stress test passes at 97 %
  double sustained_to_peak = 0.0;  ///< median of the last quarter over the best mean of 30 s in a row
  double burst_per_s = 0.0;        ///< mean of the first 10 s
  double peak_per_s = 0.0;
  double sustained_per_s = 0.0;
  std::vector<Segment> segments;  ///< of the throughput
  SteadyState steady;
  std::optional<double> warm_up_s;  ///< until steady; absent without a steady state
  std::vector<ThroughputDrop> drops;
  std::optional<double> time_to_throttle_s;  ///< begin of the first drop that the clock confirms by 3 % or more

  [[nodiscard]] double peak_window_s() const;   ///< 30 s, or all of a shorter soak
  [[nodiscard]] double burst_window_s() const;  ///< 10 s, or all of a shorter soak
  [[nodiscard]] bool is_stable() const;         ///< stability of at least 97 %
  /// The drop to the lowest level; nullptr without one.
  [[nodiscard]] const ThroughputDrop* deepest_drop() const;
};

/// Unavailable with fewer points than twice the loops, or where nothing was ever completed. Throws
/// std::invalid_argument unless the points are equally far apart, to 10 %, with throughputs of at least 0.
[[nodiscard]] Reading<SustainedAudit> sustained_audit(std::span<const SoakPoint> points,
                                                      const SoakSettings& settings = {});

}  // namespace assay
