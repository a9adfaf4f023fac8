#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/attribution_json.hpp"
#include "analysis/emulation_json.hpp"
#include "analysis/experiment_records.hpp"
#include "analysis/frames_json.hpp"
#include "analysis/interference_json.hpp"
#include "analysis/json_values.hpp"
#include "analysis/machine_json.hpp"
#include "analysis/remote_json.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_file_pretty.hpp"
#include "analysis/serving_json.hpp"
#include "analysis/soak_json.hpp"
#include "analysis/tail_records.hpp"
#include "analysis/tool_json.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "harness/time.hpp"

namespace assay {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json latency_json(const LatencyRecord& latency) {
  ordered_json out{{"count", latency.count},
                   {"lost_count", latency.lost_count},
                   {"mean_s", json_number(latency.mean_s)},
                   {"min_s", json_number(latency.min_s)},
                   {"max_s", json_number(latency.max_s)},
                   {"standard_deviation_s", json_number(latency.standard_deviation_s)}};
  for (const auto& [name, estimate] : latency.percentiles_s) {
    out[name] = estimate_json(estimate, "_s");
  }
  out["effective_sample_size"] = json_number(latency.effective_sample_size);
  out["hist"] = {{"kind", "loglinear"}, {"sub_bits", latency.histogram_sub_bits}, {"unit_s", 1e-9}};
  ordered_json counts = ordered_json::array();
  for (const auto& [index, bin_count] : latency.histogram) {
    counts.push_back({index, bin_count});
  }
  out["hist"]["counts"] = std::move(counts);
  return out;
}

ordered_json optional_latency_json(const std::optional<LatencyRecord>& latency) {
  return latency ? latency_json(*latency) : ordered_json(nullptr);
}

ordered_json series_json(const std::vector<SeriesPoint>& series) {
  ordered_json out{{"t_s", ordered_json::array()},
                   {"completed", ordered_json::array()},
                   {"p50_s", ordered_json::array()},
                   {"p99_s", ordered_json::array()}};
  for (const SeriesPoint& point : series) {
    out["t_s"].push_back(json_number(point.t_s));
    out["completed"].push_back(point.completed);
    out["p50_s"].push_back(json_number(point.p50_s));
    out["p99_s"].push_back(json_number(point.p99_s));
  }
  return out;
}

ordered_json workload_json(const RunDocument& run) {
  ordered_json parameters = ordered_json::object();
  for (const auto& [key, value] : run.workload_parameters) {
    parameters[key] = json_parameter(value);
  }
  return {{"name", run.workload},
          {"version", run.workload_version},
          {"params", parameters},
          {"synthetic", run.synthetic},
          {"flops_per_sample", json_count(run.work_flops)},
          {"bytes_per_sample", json_count(run.traffic_bytes)},
          {"check", run.output_check}};
}

ordered_json scenario_json(const RunDocument& run) {
  ordered_json scenario{{"kind", run.scenario},
                        {"mode", run.mode},
                        {"arrivals", json_text_or_null(run.arrivals)},
                        {"rate_target_hz", json_number(run.rate_target_hz)},
                        {"rate_scheduled_hz", json_number(run.rate_scheduled_hz)},
                        {"samples_per_query", run.samples_per_query},
                        {"seed", run.seed},
                        {"stream", run.stream},
                        {"percentile", json_number(run.percentile)},
                        {"slo_s", json_number(run.slo_s)}};
  if (run.stream_seeds) {  // files of before them keep the members that they have
    scenario["stream_seeds"] = {{"sample_library", run.stream_seeds->sample_library},
                                {"sample_index", run.stream_seeds->sample_index},
                                {"schedule", run.stream_seeds->schedule}};
  }
  if (run.loaded_sample_count) {
    scenario["loaded_samples"] = *run.loaded_sample_count;
  }
  return scenario;
}

ordered_json window_json(const RunDocument& run) {
  return {{"min_duration_s", json_number(run.min_duration_s)},
          {"min_query_count", run.min_query_count},
          {"warmup_s", json_number(run.warm_up_s)},
          {"duration_s", json_number(run.duration_s)}};
}

ordered_json result_json(const RunDocument& run) {
  ordered_json reasons = ordered_json::array();
  for (const InvalidReason& reason : run.invalid_reasons) {
    reasons.push_back({{"code", reason.code}, {"message", reason.message}, {"remedy", reason.remedy}});
  }
  ordered_json metric{{"name", run.metric_name}, {"unit", run.metric_unit}};
  metric.update(estimate_json(run.metric, ""));
  return {{"valid", run.valid},
          {"interrupted", run.interrupted},
          {"invalid_reasons", reasons},
          {"query_count", run.query_count},
          {"sample_count", run.sample_count},
          {"queries_per_s", json_number(run.queries_per_s)},
          {"samples_per_s", json_number(run.samples_per_s)},
          {"metric", metric},
          {"slo_met_share", run.slo_met_share ? estimate_json(*run.slo_met_share, "") : ordered_json(nullptr)},
          {"latency", latency_json(run.latency)},
          {"service_time", latency_json(run.service_time)},
          {"first_token", optional_latency_json(run.first_token)},
          {"token_time", optional_latency_json(run.token_time)},
          {"math_peek", math_peek_json(run.math_peek)},
          {"fleet", fleet_json(run.fleet)},
          {"attribution", attribution_json(run.attribution)},
          {"hedging", hedging_json(run.hedging)},
          {"errors", run.errors},
          {"series", series_json(run.series)}};
}

/// Why each reading of this run that may be null is null. Readers ignore it: it follows from the other members.
ordered_json not_available_json(const RunDocument& run) {
  ordered_json reasons = ordered_json::object();
  const std::string lost = run.latency.lost_count > 0 ? fmt::format("{} of {} queries never completed: infinite",
                                                                    run.latency.lost_count, run.latency.count)
                                                      : "no query completed";
  const auto note = [&](const char* path, const std::optional<double>& value, const std::string& reason) {
    if (!value || !std::isfinite(*value)) {
      reasons[path] = reason;
    }
  };
  note("result.latency.mean_s", run.latency.mean_s, lost);
  note("result.latency.min_s", run.latency.min_s, "no query completed");
  note("result.latency.max_s", run.latency.max_s, lost);
  note("result.latency.standard_deviation_s", run.latency.standard_deviation_s, lost);
  note("result.queries_per_s", run.queries_per_s, "no query completed");
  note("result.samples_per_s", run.samples_per_s, "no query completed");
  note("result.slo_met_share", run.slo_met_share ? run.slo_met_share->point : std::nullopt,
       run.slo_s ? "no query completed" : "no latency window was asked for");
  note("scenario.slo_s", run.slo_s, "no latency window was asked for");
  note("scenario.rate_target_hz", run.rate_target_hz, "this scenario has no arrival rate");
  note("quality.lateness.p99_s", run.lateness.p99_s, "the scenario has no schedule to be late for");
  const auto note_reading = [&](const char* path, const std::optional<double>& value) {
    const auto given = run.not_available.find(path);
    note(path, value, given == run.not_available.end() ? "this run did not read it" : given->second);
  };
  note_reading("quality.steal_share", run.steal_share);
  note_reading("quality.foreign_cpu_share", run.foreign_cpu_share);
  note_reading("quality.clock_disagreement_s", run.clock_disagreement_s);
  if (!run.math_peek) {
    reasons["result.math_peek"] = "this scenario has no tail of requests, or a query was lost: the mean is infinite";
  }
  if (!run.fleet) {
    reasons["result.fleet"] = run.slo_s ? "this scenario has no tail of requests" : "no latency window was asked for";
  }
  if (!run.attribution) {
    reasons["result.attribution"] = run.emulated
                                        ? kNoCausesWhenEmulated
                                        : "this scenario has no tail of requests, or no query was above its percentile";
  } else {
    note_reading("result.attribution.waited_share", run.attribution->waited_share);
  }
  if (!run.hedging) {
    reasons["result.hedging"] = "no query was to be hedged";
  }
  if (run.remote && !run.remote->receive_wait_p50_s) {
    reasons["remote.receive_wait_p50_s"] = "the kernel gave no time of receipt, or nothing was received";
  }
  if (!run.execution) {
    reasons["execution"] = "the file that this was read from holds none";
  }
  for (const char* path : {"execution.huge_bytes", "execution.locked_bytes"}) {
    if (const auto given = run.not_available.find(path); given != run.not_available.end()) {
      reasons[path] = given->second;
    }
  }
  if (!run.work_flops) {
    reasons["workload.flops_per_sample"] = "the workload declares none";
  }
  if (!run.traffic_bytes) {
    reasons["workload.bytes_per_sample"] = "the workload declares none";
  }
  return reasons;
}

ordered_json clock_json(const ClockQuality& clock) {
  // Femtoseconds are the smallest step kept, so that seconds in the file read back as the same nanoseconds.
  return {{"source", clock.source},
          {"cost_s", json_number(std::round(clock.cost_ns * 1e6) / 1e15)},
          {"resolution_s", json_number(static_cast<double>(clock.resolution_ns) / 1e9)},
          {"backward_steps", clock.backward_steps},
          {"wake_error_p50_s", json_number(seconds(clock.wake_error_p50))},
          {"wake_error_p90_s", json_number(seconds(clock.wake_error_p90))},
          {"wake_error_max_s", json_number(seconds(clock.wake_error_max))},
          {"spin_margin_s", json_number(seconds(clock.spin_margin))}};
}

ordered_json quality_json(const RunDocument& run) {
  const LatenessRecord& lateness = run.lateness;
  return {{"observer", run.observer},
          {"clock", clock_json(run.clock)},
          {"clock_disagreement_s", json_number(run.clock_disagreement_s)},
          {"steal_share", json_number(run.steal_share)},
          {"foreign_cpu_share", json_number(run.foreign_cpu_share)},
          {"lateness",
           {{"p50_s", json_number(lateness.p50_s)},
            {"p90_s", json_number(lateness.p90_s)},
            {"p99_s", json_number(lateness.p99_s)},
            {"max_s", json_number(lateness.max_s)},
            {"late_share", json_number(lateness.late_share)},
            {"threshold_s", json_number(lateness.threshold_s)},
            {"allowed_share", json_number(lateness.allowed_share)}}},
          {"warnings", run.warnings},
          {"not_available", not_available_json(run)}};
}

ordered_json document_json(const RunDocument& run) {
  ordered_json document{{"schema", kRunSchema},
                        {"id", run.id},
                        {"created", run.created},
                        {"tool", tool_json(run.tool, kBuildOfMeasurement)},
                        {"question", nullptr},
                        {"workload", workload_json(run)},
                        {"scenario", scenario_json(run)},
                        {"interference", interference_json(run.interference)},
                        {"emulated", emulation_json(run.emulated)},
                        {"window", window_json(run)},
                        {"result", result_json(run)},
                        {"soak", soak_json(run.soak)},
                        {"frames", frames_json(run.frames)},
                        {"serving", serving_json(run.serving)},
                        {"remote", remote_json(run.remote)},
                        {"quality", quality_json(run)},
                        {"machine", machine_json(run.machine, run.machine_identity)},
                        {"placement",
                         {{"issuing_cpus", run.placement.issuing_cpus},
                          {"worker_cpus", run.placement.worker_cpus},
                          {"shared", run.placement.shared},
                          {"pinned", run.placement.pinned},
                          {"why", run.placement.why}}},
                        {"execution", execution_json(run.execution)},
                        {"conditions", conditions_json(run.conditions)}};
  if (run.limits.any()) {  // only then: a file of a machine as it is keeps the members that it always had
    document["limits"] = limits_json(run.limits);
  }
  return document;
}

std::string canonical(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// What the comparability key is the hash of.
ordered_json key_json(const RunDocument& document) {
  ordered_json workload = workload_json(document);
  ordered_json scenario = scenario_json(document);
  // The seed draws the schedule, so the scheduled rate goes with it.
  scenario.erase("seed");
  scenario.erase("rate_scheduled_hz");
  scenario.erase("stream_seeds");
  scenario.erase("loaded_samples");  // younger than the key
  ordered_json key{
      {"schema", kRunSchema},
      {"workload", {{"name", workload["name"]}, {"version", workload["version"]}, {"params", workload["params"]}}},
      {"scenario", scenario},
      {"interference_requested", interference_request_json(document.interference)},
      {"window", window_class(document.min_duration_s)}};
  if (document.emulated) {  // only then: a run without it keeps the key that it always had
    key["emulated"] = envelope_json(*document.emulated);
  }
  if (document.frames && document.frames->late_frames != "queue") {
    key["late_frames"] = document.frames->late_frames;
  }
  if (document.serving) {
    for (const auto& [name, text] : document.serving->settings) {
      // What the decoder found itself and what the warm-up fitted are results, no levers.
      if (!name.starts_with("decoder_") && !name.starts_with("model_")) {
        key["serving"][name] = text;
      }
    }
  }
  if (ordered_json manner = manner_key(document); !manner.is_null()) {
    key["manner"] = std::move(manner);  // only where it is special, so that keys of before it stay
  }
  return key;
}

/// Each value that is no object or array under its path; those of an array are numbered from 1.
void put_members(const json& value, const std::string& path, std::map<std::string, std::string>& members) {
  if (!value.is_structured()) {
    members[path] = value.is_string() ? value.get<std::string>() : canonical(value);
    return;
  }
  std::size_t number = 0;
  for (const auto& [name, member] : value.items()) {
    const std::string step = value.is_array() ? fmt::format("{}", ++number) : name;
    put_members(member, path.empty() ? step : path + "." + step, members);
  }
}

}  // namespace

std::string to_json(const RunDocument& document) {
  ordered_json out = document_json(document);
  // Through the text, so that the hash is that of what a reader sees (invalid UTF-8 is replaced in it).
  out["hash"] = content_hash(pretty_json(out));
  return pretty_json(out);
}

std::string canonical_json(std::string_view json_text) {
  json value = json::parse(json_text, nullptr, false);
  if (value.is_discarded()) {
    throw std::runtime_error("canonical form: the text is not JSON");
  }
  if (value.is_object()) {
    value.erase("hash");
  }
  return canonical(value);
}

std::string window_class(double min_duration_s) {
  if (min_duration_s < 10.0) {
    return "short";
  }
  if (min_duration_s < 60.0) {
    return "standard";
  }
  return min_duration_s < 600.0 ? "long" : "sustained";
}

std::string comparability_key(const RunDocument& document) {
  return "sha256:" + sha256_hex(canonical(json(key_json(document))));
}

std::map<std::string, std::string> comparability_members(const RunDocument& document) {
  std::map<std::string, std::string> members;
  put_members(json(key_json(document)), "", members);
  return members;
}

}  // namespace assay
