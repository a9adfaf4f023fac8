#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analysis/format.hpp"
#include "analysis/run_document.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// MLPerf lets a submitter infer the MultiStream latency from SingleStream, as samples a query x P99 (inference rules,
/// "inferred results"). Beside what a MultiStream run measured, it is put to the test.
struct MultiStreamInference {
  std::uint64_t samples_per_query = 8;
  double single_p99_s = 0.0;
  double inferred_p99_s = 0.0;  ///< derived: samples_per_query * single_p99_s; nothing was measured at that load
  std::optional<double> inferred_lower_s;  ///< the same of the ends of its interval
  std::optional<double> inferred_upper_s;
  EstimateRecord measured_p99_s;  ///< of the MultiStream run, slowest sample of a query
  double ratio = 0.0;             ///< inferred / measured
};

/// From the two P99, which must have points above 0.
[[nodiscard]] MultiStreamInference infer_multi_stream(const EstimateRecord& single_p99,
                                                      const EstimateRecord& measured_p99,
                                                      std::uint64_t samples_per_query);

/// Unavailable with the reason where the runs are not of these two scenarios, not of one workload, or one has no finite
/// P99.
[[nodiscard]] Reading<MultiStreamInference> infer_multi_stream(const RunDocument& single, const RunDocument& multi);

/// "inferred as 8 x SingleStream P99 = 62.2 ms (derived by MLPerf's rule, not measured); MultiStream measured a P99 of
/// 30.1 ms [29.5, 31.0]: inferred / measured 2.07: the rule says too much"; by the intervals, also that it holds as far
/// as they tell, or that an end of them is missing.
[[nodiscard]] std::string inference_sentence(const MultiStreamInference& inference, Charset charset);

}  // namespace assay
