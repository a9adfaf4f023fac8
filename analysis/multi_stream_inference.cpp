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

}  // namespace

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
  MultiStreamInference inference{
      .samples_per_query = multi.samples_per_query, .single_p99_s = *single_p99->point, .measured_p99_s = *multi_p99};
  inference.inferred_p99_s = static_cast<double>(inference.samples_per_query) * inference.single_p99_s;
  inference.ratio = inference.inferred_p99_s / *multi_p99->point;
  return inference;
}

std::string inference_sentence(const MultiStreamInference& inference, Charset charset) {
  return fmt::format(
      "inferred as {} x SingleStream P99 = {} (derived by MLPerf's rule, not measured); MultiStream measured a P99 of "
      "{}: inferred / measured {:.2f}",
      format_count(inference.samples_per_query), format_duration(inference.inferred_p99_s, charset),
      format_duration_estimate(inference.measured_p99_s, charset), inference.ratio);
}

}  // namespace assay
