#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/run_mark.hpp"
#include "analysis/threshold_search.hpp"
#include "lab/tail_plan.hpp"

namespace assay {

/// One of the runs of a threshold search.
struct TailLevel {
  ThresholdLevel level;
  double requested = 0.0;
  bool delivered = true;  ///< the dose was near enough to what was asked; the level counts at what was achieved
  std::optional<double> p50_s;
  std::optional<double> p99_s;     ///< the target percentile
  std::optional<double> normal_s;  ///< what mean + z sd says of it
  std::string file;
};

struct TailResult {
  std::string workload;
  std::string scenario;
  RunMark mark;
  double slo_s = 0.0;
  Percentile percentile = Percentile::of_parts_per_million(990'000);
  TailKnob knob;
  ModelDose model;
  std::vector<TailLevel> levels;  ///< in the order in which they were run
  std::optional<ThresholdEstimate> estimate;
  bool interrupted = false;
};

/// "assay/tail/1", with its line end.
[[nodiscard]] std::string tail_json(const TailResult& result);

/// One line for a level: dose asked and achieved, its verdict, the share over the window with its interval, P50, the
/// percentile, and what the normal formula says of it.
[[nodiscard]] std::string level_line(const TailLevel& level, const TailResult& result, Charset charset);

/// The levels by dose, a curve of the share over the window, and the threshold in a sentence, the model beside it.
[[nodiscard]] std::string tail_text(const TailResult& result, Charset charset);

}  // namespace assay
