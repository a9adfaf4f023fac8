#pragma once

#include <optional>
#include <string>

#include "analysis/run_document.hpp"
#include "lab/run_options.hpp"

namespace assay {

/// One run of the tour.
struct TourStep {
  std::string title;
  RunOptions run;
};

/// How the tour sizes Server. Both follow from measured values by these formulas, and are printed.
struct TourSizing {
  double window_s = 0.0;         ///< kWindowFactor x P50 of SingleStream, in whole microseconds
  double offline_rate_hz = 0.0;  ///< samples/s of Offline
  double p50_s = 0.0;            ///< of SingleStream
  /// Bursts of noise a second from which P99 breaks by the 1 % law, for a query that takes P50: -ln(0.99) / P50.
  double critical_rate_hz = 0.0;
  double burst_s = 0.0;  ///< CPU time of each: kTourBurstFactor x the window, so that one is enough to miss it
};
inline constexpr double kTourWindowFactor = 10.0;
inline constexpr double kTourEasyShare = 0.5;
inline constexpr double kTourHardShare = 0.9;
inline constexpr double kTourBurstFactor = 2.0;
inline constexpr double kTourFewBursts = 0.5;  ///< of the critical rate
inline constexpr double kTourManyBursts = 2.0;
/// Samples that a worker of the tour takes at once where they wait: in Offline always, in Server as they come.
inline constexpr int kTourBatch = 8;

[[nodiscard]] TourStep tour_single(const RunOptions& base);
[[nodiscard]] TourStep tour_multi(const RunOptions& base);
[[nodiscard]] TourStep tour_offline(const RunOptions& base);
/// Server at `share` of the Offline rate.
[[nodiscard]] TourStep tour_server(const RunOptions& base, const TourSizing& sizing, double share);

/// Why such noise cannot be injected, where queries are too slow or too quick for it.
[[nodiscard]] std::optional<std::string> tour_tail_problem(const TourSizing& sizing);
/// SingleStream with `share` of the critical rate of noise on its CPU, judged by Server's window.
[[nodiscard]] TourStep tour_tail(const RunOptions& base, const TourSizing& sizing, double share);
/// All CPUs at work for `length`, with the machine watched.
[[nodiscard]] TourStep tour_soak(const RunOptions& base, const std::string& length);

/// Throws std::runtime_error naming the run that has not what the sizing needs.
[[nodiscard]] TourSizing size_tour(const RunDocument& single, const RunDocument& offline);

/// True unless the run is INVALID for a fault of the system: a window that broke, a run too short, a late generator or
/// a dose that was not delivered are measurements of their own.
[[nodiscard]] bool is_honest(const RunDocument& run);

}  // namespace assay
