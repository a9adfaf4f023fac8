#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/paired_ratio.hpp"
#include "analysis/run_document.hpp"
#include "analysis/run_mark.hpp"

namespace assay {

/// What counts of one run of an experiment.
struct TryRun {
  bool is_b = false;
  std::uint64_t seed = 0;
  std::optional<double> p50_s;  ///< of the response time; infinite where a lost query stands at that rank
  std::optional<double> p99_s;
  std::optional<double> p999_s;
  std::optional<double> samples_per_s;
  std::vector<DoseRecord> doses;
  std::optional<HedgeRecord> hedging;
  bool valid = true;
  std::string file;
};
[[nodiscard]] TryRun try_run_of(const RunDocument& run, bool is_b, std::string file);

/// The median of the runs of one side, and their spread.
struct TrySpread {
  double median = 0.0;
  double least = 0.0;
  double most = 0.0;
};

enum class TryFinding {
  helps,
  harms,
  same,
  not_surely_relevant,  ///< the interval excludes 1, and not 3 %
  no_difference_shown,
  dose_differs,
  dose_not_known,
  not_available
};
[[nodiscard]] std::string_view name_of(TryFinding finding);  ///< "helps", "no difference shown"

/// One quantity on both sides.
struct TryRow {
  std::string name;  ///< "P50", "throughput"
  bool more_is_better = false;
  std::optional<TrySpread> a;
  std::optional<TrySpread> b;
  std::optional<PairedRatio> ratio;  ///< of the pairs that have both values; absent where one of them is infinite
  std::uint64_t pairs = 0;           ///< that are complete
  std::uint64_t pairs_used = 0;
  TryFinding finding = TryFinding::not_available;
  std::string reason;  ///< of not_available, where there is more to say
  [[nodiscard]] bool has_verdict() const;
};

struct TryResult {
  std::string experiment;
  std::string workload;
  std::string scenario;
  std::string a;  ///< what the side is, in words
  std::string b;
  std::string command_a;
  std::string command_b;
  RunMark mark;
  std::uint64_t pairs_planned = 0;
  std::vector<TryRun> runs;  ///< in the order in which they were made: A B B A A B ...
  bool interrupted = false;
};

/// P50, P99, P99.9 and throughput over the pairs that are complete: run 2i and 2i + 1 are a pair. "helps" and "harms"
/// only where the interval of the ratio lies beyond 3 % on one side, "same" where it lies within; and only where both
/// sides got the same dose, to 10 %. Queries that are lost count as infinite: no ratio is made of the other pairs.
[[nodiscard]] std::vector<TryRow> try_rows(const TryResult& result);

/// What was injected, as a mean over the runs of each side.
struct TryDose {
  std::string knob;
  std::string unit;
  double requested = 0.0;
  std::optional<double> a;  ///< absent where a run has no reading of it
  std::optional<double> b;
  [[nodiscard]] bool known() const { return a && b; }
  [[nodiscard]] bool same() const;  ///< known, and to 10 % of the larger
};
[[nodiscard]] std::vector<TryDose> try_doses(const TryResult& result);

}  // namespace assay
