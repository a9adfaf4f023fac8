#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/run_distributions.hpp"
#include "analysis/run_document.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// What became of the comparison of outputs with their reference.
struct OutputVerdict {
  bool passed = true;
  std::string text;  ///< "ok 3.1e-06 (bound 1e-05), 412 sampled" or what failed
};

/// VALID, or INVALID with every reason. A reason that follows from another is left out: early stopping is judged only
/// for a window that its percentile keeps.
struct Verdict {
  std::vector<InvalidReason> reasons;
  [[nodiscard]] bool valid() const { return reasons.empty(); }
};

/// LoadGen's rules (min_duration, min_queries, latency windows, early stopping; results.cc), and in addition: any
/// error of the system under test, lost queries, a late generator, a stepping clock, a failed output check and an early
/// end make a result INVALID. An end by max_duration is no error. An accuracy run is judged by errors and output only.
///
/// Codes: min_duration, min_queries, latency_constraint, first_token_constraint, token_time_constraint,
/// early_stopping, lateness, lost_queries, threw, duplicate, unknown_id, after_end, failed, first_token_missing,
/// token_count_missing, single_token, time_order, output_check, clock_step, interrupted, max_outstanding,
/// record_capacity, too_few_samples.
[[nodiscard]] Verdict judge(const TestResult& result, const RunDistributions& distributions,
                            const std::optional<OutputVerdict>& output_check);

}  // namespace assay
