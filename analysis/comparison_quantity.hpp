#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// Something that each run has one value of.
struct ComparisonQuantity {
  std::string name;   ///< "p99", "mean", "throughput", "first_token_p99"
  std::string title;  ///< "P99 latency", "throughput"
  std::string unit;   ///< "s", "samples/s"
  bool more_is_better = false;
  std::string remark;  ///< what to know of it, "set by the schedule"; empty: nothing
};

/// What is compared of runs like this one, the scenario's own metric first, the others from the median to the tail. The
/// own metric is the latency at the target percentile (SingleStream P90, MultiStream P99, Server its window's
/// percentile: at a given rate its throughput is that of the schedule), in Offline the throughput. Offline has no
/// latency of a request, so there it is the service time.
[[nodiscard]] std::vector<ComparisonQuantity> quantities_of(const RunDocument& run);

/// A value, or why there is none.
struct QuantityValue {
  std::optional<double> value;
  std::string reason;
  /// Standard deviation of the logarithm as seen within the one run, slow queries in clusters taken into account: of a
  /// percentile from its interval with the effective sample size, of the mean with that size, of the throughput from
  /// batches of the run's time course. Knows nothing of how runs differ. Absent where the run cannot tell.
  std::optional<double> within_deviation;
};

/// A percentile of so few queries that it is nearly their maximum has no value: its reason says how many it needs.
[[nodiscard]] QuantityValue quantity_value(const RunDocument& run, const std::string& name);

/// Standard deviation of the logarithm of the mean rate, by batch means: the run in at most 20 equal stretches of time,
/// as many whole intervals of its series in each; neighbours share their stalls, stretches hardly (Law and Kelton,
/// Simulation Modeling and Analysis, section 9.5.3). Absent for fewer than 10 intervals.
[[nodiscard]] std::optional<double> rate_deviation(const std::vector<SeriesPoint>& series);

}  // namespace assay
