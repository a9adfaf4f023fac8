#include "analysis/run_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/run_file.hpp"

namespace assay {

namespace {

RunCell finite(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? RunCell(*value) : RunCell();
}

RunCell text_or_none(const std::string& text) { return text.empty() ? RunCell() : RunCell(text); }

std::string named(const std::map<std::string, std::string>& values) {
  std::string text;
  for (const auto& [name, value] : values) {
    text += (text.empty() ? "" : " ") + fmt::format("{}={}", name, value);
  }
  return text;
}

std::string injected(const RunDocument& run) {
  std::string text;
  for (const DoseRecord& dose : run.interference) {
    text += (text.empty() ? "" : "; ") + fmt::format("{} {:g} {}", dose.knob, dose.requested, dose.unit);
  }
  return text;
}

std::string codes(const RunDocument& run) {
  std::string text;
  for (const InvalidReason& reason : run.invalid_reasons) {
    text += (text.empty() ? "" : " ") + reason.code;
  }
  return text;
}

const EstimateRecord* percentile(const LatencyRecord& latency, const char* name) {
  const auto found = latency.percentiles_s.find(name);
  return found == latency.percentiles_s.end() ? nullptr : &found->second;
}

template <std::optional<double> EstimateRecord::*Part>
RunCell part(const EstimateRecord* estimate) {
  return estimate == nullptr ? RunCell() : finite(estimate->*Part);
}

const EstimateRecord* window_share(const RunDocument& run) { return run.slo_met_share ? &*run.slo_met_share : nullptr; }

constexpr auto kPoint = &EstimateRecord::point;
constexpr auto kLower = &EstimateRecord::lower;
constexpr auto kUpper = &EstimateRecord::upper;

using Run = const RunDocument&;
using enum ColumnType;

constexpr std::array kColumns{
    RunColumn{"run_id", text, [](Run run) -> RunCell { return run.id; }},
    RunColumn{"created", text, [](Run run) -> RunCell { return run.created; }},
    RunColumn{"machine_label", text, [](Run run) -> RunCell { return run.machine_identity.label; }},
    RunColumn{"machine_id", text, [](Run run) -> RunCell { return run.machine_identity.id; }},
    RunColumn{"machine_class", text, [](Run run) -> RunCell { return run.machine_identity.machine_class; }},
    RunColumn{"cpu_model", text, [](Run run) -> RunCell { return run.machine.cpu_model; }},
    RunColumn{"workload", text, [](Run run) -> RunCell { return run.workload; }},
    RunColumn{"workload_version", count,
              [](Run run) -> RunCell { return static_cast<std::uint64_t>(std::max(0, run.workload_version)); }},
    RunColumn{"workload_params", text, [](Run run) { return text_or_none(named(run.workload_parameters)); }},
    RunColumn{"is_synthetic", boolean, [](Run run) -> RunCell { return run.synthetic; }},
    RunColumn{"emulated_envelope", text,
              [](Run run) { return run.emulated ? text_or_none(run.emulated->name) : RunCell(); }},
    RunColumn{"scenario", text, [](Run run) -> RunCell { return run.scenario; }},
    RunColumn{"test_mode", text, [](Run run) -> RunCell { return run.mode; }},
    RunColumn{"arrivals", text, [](Run run) { return text_or_none(run.arrivals); }},
    RunColumn{"rate_target_hz", number, [](Run run) { return finite(run.rate_target_hz); }},
    RunColumn{"samples_per_query", count, [](Run run) -> RunCell { return run.samples_per_query; }},
    RunColumn{"seed", count, [](Run run) -> RunCell { return run.seed; }},
    RunColumn{"random_stream", text, [](Run run) -> RunCell { return run.stream; }},
    RunColumn{"slo_s", number, [](Run run) { return finite(run.slo_s); }},
    RunColumn{"target_percentile", number, [](Run run) { return finite(run.percentile); }},
    RunColumn{"injected", text, [](Run run) { return text_or_none(injected(run)); }},
    RunColumn{"min_duration_s", number, [](Run run) { return finite(run.min_duration_s); }},
    RunColumn{"warmup_s", number, [](Run run) { return finite(run.warm_up_s); }},
    RunColumn{"duration_s", number, [](Run run) { return finite(run.duration_s); }},
    RunColumn{"is_valid", boolean, [](Run run) -> RunCell { return run.valid; }},
    RunColumn{"is_interrupted", boolean, [](Run run) -> RunCell { return run.interrupted; }},
    RunColumn{"invalid_codes", text, [](Run run) { return text_or_none(codes(run)); }},
    RunColumn{"query_count", count, [](Run run) -> RunCell { return run.query_count; }},
    RunColumn{"sample_count", count, [](Run run) -> RunCell { return run.sample_count; }},
    RunColumn{"lost_count", count, [](Run run) -> RunCell { return run.latency.lost_count; }},
    RunColumn{"queries_per_s", number, [](Run run) { return finite(run.queries_per_s); }},
    RunColumn{"samples_per_s", number, [](Run run) { return finite(run.samples_per_s); }},
    RunColumn{"metric_name", text, [](Run run) -> RunCell { return run.metric_name; }},
    RunColumn{"metric_unit", text, [](Run run) -> RunCell { return run.metric_unit; }},
    RunColumn{"metric_point", number, [](Run run) { return part<kPoint>(&run.metric); }},
    RunColumn{"metric_lower", number, [](Run run) { return part<kLower>(&run.metric); }},
    RunColumn{"metric_upper", number, [](Run run) { return part<kUpper>(&run.metric); }},
    RunColumn{"metric_confidence", number, [](Run run) { return finite(run.metric.confidence); }},
    RunColumn{"metric_reason", text, [](Run run) { return text_or_none(run.metric.reason); }},
    RunColumn{"latency_mean_s", number, [](Run run) { return finite(run.latency.mean_s); }},
    RunColumn{"latency_max_s", number, [](Run run) { return finite(run.latency.max_s); }},
    RunColumn{"latency_p50_s", number, [](Run run) { return part<kPoint>(percentile(run.latency, "p50")); }},
    RunColumn{"latency_p50_lower_s", number, [](Run run) { return part<kLower>(percentile(run.latency, "p50")); }},
    RunColumn{"latency_p50_upper_s", number, [](Run run) { return part<kUpper>(percentile(run.latency, "p50")); }},
    RunColumn{"latency_p90_s", number, [](Run run) { return part<kPoint>(percentile(run.latency, "p90")); }},
    RunColumn{"latency_p90_lower_s", number, [](Run run) { return part<kLower>(percentile(run.latency, "p90")); }},
    RunColumn{"latency_p90_upper_s", number, [](Run run) { return part<kUpper>(percentile(run.latency, "p90")); }},
    RunColumn{"latency_p99_s", number, [](Run run) { return part<kPoint>(percentile(run.latency, "p99")); }},
    RunColumn{"latency_p99_lower_s", number, [](Run run) { return part<kLower>(percentile(run.latency, "p99")); }},
    RunColumn{"latency_p99_upper_s", number, [](Run run) { return part<kUpper>(percentile(run.latency, "p99")); }},
    RunColumn{"slo_met_share", number, [](Run run) { return part<kPoint>(window_share(run)); }},
    RunColumn{"slo_met_share_lower", number, [](Run run) { return part<kLower>(window_share(run)); }},
    RunColumn{"slo_met_share_upper", number, [](Run run) { return part<kUpper>(window_share(run)); }},
    RunColumn{"late_share", number, [](Run run) { return finite(run.lateness.late_share); }},
    RunColumn{"steal_share", number, [](Run run) { return finite(run.steal_share); }},
    RunColumn{"foreign_cpu_share", number, [](Run run) { return finite(run.foreign_cpu_share); }},
    RunColumn{"output_check", text, [](Run run) { return text_or_none(run.output_check); }},
    RunColumn{"tool_version", text, [](Run run) -> RunCell { return run.tool.version; }},
    RunColumn{"tool_revision", text, [](Run run) -> RunCell { return run.tool.revision; }},
    RunColumn{"comparability_key", text, [](Run run) -> RunCell { return comparability_key(run); }},
    RunColumn{"content_hash", text, [](Run run) { return text_or_none(run.stored_hash); }},
    RunColumn{"is_unchanged", boolean, [](Run run) -> RunCell { return run.hash_matches; }}};

}  // namespace

std::span<const RunColumn> run_columns() { return kColumns; }

}  // namespace assay
