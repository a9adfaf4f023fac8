#include "analysis/multi_stream_inference.hpp"

#include <fmt/format.h>

#include <optional>

#include "loadgen/scenario.hpp"

namespace assay {
namespace {

std::optional<EstimateRecord> finite_p99(const RunDocument& run) {
  const auto p99 = run.latency.percentiles_s.find("p99");
  const bool finite = p99 != run.latency.percentiles_s.end() && p99->second.point && *p99->second.point > 0.0;
  return finite ? std::optional(p99->second) : std::nullopt;
}

/// By the intervals of both: a ratio of two points alone decides nothing.
const char* finding_of(const MultiStreamInference& inference) {
  const EstimateRecord& measured = inference.measured_p99_s;
  if (inference.inferred_lower_s && measured.upper && *inference.inferred_lower_s > *measured.upper) {
    return "the rule says too much";
  }
  if (inference.inferred_upper_s && measured.lower && *inference.inferred_upper_s < *measured.lower) {
    return "the rule says too little";
  }
  const bool both = inference.inferred_lower_s && inference.inferred_upper_s && measured.lower && measured.upper;
  return both ? "the intervals overlap, so that the rule holds as far as they tell"
              : "an end of the intervals is missing, so that it is not decided whether the rule holds";
}

}  // namespace

MultiStreamInference infer_multi_stream(const EstimateRecord& single_p99, const EstimateRecord& measured_p99,
                                        std::uint64_t samples_per_query) {
  const auto samples = static_cast<double>(samples_per_query);
  const auto times = [samples](const std::optional<double>& end) {
    return end ? std::optional(samples * *end) : std::nullopt;
  };
  const double single_p99_s = single_p99.point.value();
  return {.samples_per_query = samples_per_query,
          .single_p99_s = single_p99_s,
          .inferred_p99_s = samples * single_p99_s,
          .inferred_lower_s = times(single_p99.lower),
          .inferred_upper_s = times(single_p99.upper),
          .measured_p99_s = measured_p99,
          .ratio = samples * single_p99_s / measured_p99.point.value()};
}

Reading<MultiStreamInference> infer_multi_stream(const RunDocument& single, const RunDocument& multi) {
  if (single.scenario != flag_of(Scenario::single_stream) || multi.scenario != flag_of(Scenario::multi_stream)) {
    return Unavailable{"it takes a SingleStream run and a MultiStream run"};
  }
  if (single.workload != multi.workload || single.workload_parameters != multi.workload_parameters) {
    return Unavailable{"the two runs are not of the same workload"};
  }
  const auto single_p99 = finite_p99(single);
  const auto multi_p99 = finite_p99(multi);
  if (!single_p99 || !multi_p99) {
    return Unavailable{fmt::format("the {} run has no finite P99", single_p99 ? "MultiStream" : "SingleStream")};
  }
  return infer_multi_stream(*single_p99, *multi_p99, multi.samples_per_query);
}

std::string inference_sentence(const MultiStreamInference& inference, Charset charset) {
  return fmt::format(
      "inferred as {} x SingleStream P99 = {} (derived by MLPerf's rule, not measured); MultiStream measured a P99 of "
      "{}: inferred / measured {:.2f}: {}",
      format_count(inference.samples_per_query), format_duration(inference.inferred_p99_s, charset),
      format_duration_estimate(inference.measured_p99_s, charset), inference.ratio, finding_of(inference));
}

}  // namespace assay
