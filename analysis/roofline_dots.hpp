#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/roofline.hpp"
#include "analysis/roofline_form.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// Real work under the roofs that bound it.
struct PlacedDot {
  std::string name;
  std::string layer;  ///< of a workload's layer: which; it is a row of a table in texts
  DotAxes axes;
  std::size_t threads = 1;
  std::string dtype;
  std::optional<double> intensity;  ///< flop/byte
  EstimateRecord achieved;          ///< flop/s
  std::string achieved_by;          ///< which statistic `achieved` is
  EstimateRecord expected;          ///< the median rate; of a run without a point
  std::optional<double> working_set_bytes;
  std::string level;                       ///< whose slope bounds it
  std::string level_reason;                ///< how the level was found
  std::optional<std::size_t> binding;      ///< index in Roofline::ceilings of the roof that min() picks
  bool memory_bound = false;               ///< the binding ceiling is the slope
  std::optional<double> attainable;        ///< min(flat, slope x intensity), flop/s
  std::optional<double> attainable_round;  ///< by the level's round knee, scaled to the same roofs
  EstimateRecord share;                    ///< achieved / attainable
  std::string sentence;                    ///< the binding ceiling and the gap in words
  std::string refused;                     ///< why it cannot be placed; empty if it is
  std::vector<std::string> notes;
};

/// The subjects of kind `dot`, in their order. A dot's rate is the same quantile as a roof's, so that the gap to the
/// roof is the code's and not the hour's. Where hardware counters saw the bytes that came from memory, the subject has
/// a second dot behind the first, in the classic form, with the counters' flops too where they saw those.
[[nodiscard]] std::vector<PlacedDot> place_dots(const Roofline& roofline, const RooflineMeasurement& measurement);

/// A run file's workload: work per sample x samples per second against work / traffic, both declared. The file holds no
/// working set, so the bytes of one sample stand for it. Refused, with the reason: synthetic work, an emulated clock,
/// work or traffic not declared, another machine, a number of threads or a data type without roofs.
[[nodiscard]] PlacedDot place_run(const Roofline& roofline, const RooflineMeasurement& measurement,
                                  const RunDocument& run);

/// The nearest level whose capacity (measured if it was, else as reported) holds `bytes` of each of `threads`; a shared
/// cache must hold those of all its threads. The last level if none does. Empty if there are no levels.
struct LevelChoice {
  std::string level;
  std::string reason;
};
[[nodiscard]] LevelChoice level_holding(const RooflineMeasurement& measurement, double bytes, std::size_t threads);

}  // namespace assay
