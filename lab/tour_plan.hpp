#pragma once

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
};
inline constexpr double kTourWindowFactor = 10.0;
inline constexpr double kTourEasyShare = 0.5;
inline constexpr double kTourHardShare = 0.9;
/// Samples that a worker of the tour takes at once where they wait: in Offline always, in Server as they come.
inline constexpr int kTourBatch = 8;

[[nodiscard]] TourStep tour_single(const RunOptions& base);
[[nodiscard]] TourStep tour_multi(const RunOptions& base);
[[nodiscard]] TourStep tour_offline(const RunOptions& base);
/// Server at `share` of the Offline rate.
[[nodiscard]] TourStep tour_server(const RunOptions& base, const TourSizing& sizing, double share);

/// Throws std::runtime_error naming the run that has not what the sizing needs.
[[nodiscard]] TourSizing size_tour(const RunDocument& single, const RunDocument& offline);

/// True unless the run is INVALID for a fault of the system: a window that broke, a run too short or a late generator
/// are measurements of their own.
[[nodiscard]] bool is_honest(const RunDocument& run);

}  // namespace assay
