#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/attribution_json.hpp"
#include "analysis/emulation_json.hpp"
#include "analysis/experiment_records.hpp"
#include "analysis/frames_json.hpp"
#include "analysis/histogram_bins.hpp"
#include "analysis/interference_json.hpp"
#include "analysis/json_values.hpp"
#include "analysis/log_linear_histogram.hpp"
#include "analysis/machine_json.hpp"
#include "analysis/remote_json.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/serving_json.hpp"
#include "analysis/soak_json.hpp"
#include "analysis/tail_records.hpp"
#include "analysis/tool_json.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/time.hpp"
#include "loadgen/scenario.hpp"

namespace assay {
namespace {

using nlohmann::json;

void read_histogram(const Field& field, LatencyRecord& latency) {
  const Field kind = field.member("kind");
  if (kind.text() != "loglinear") {
    kind.fail("\"loglinear\"");
  }
  const Field sub_bits = field.member("sub_bits");
  latency.histogram_sub_bits = sub_bits.small_integer();
  if (latency.histogram_sub_bits != LogLinearHistogram::kSubBits) {
    sub_bits.fail(fmt::format("{}", LogLinearHistogram::kSubBits));
  }
  latency.histogram = read_histogram_bins(field.member("counts"));
}

bool is_percentile_name(const std::string& key) {
  return key.size() > 1 && key[0] == 'p' && key[1] >= '0' && key[1] <= '9';
}

LatencyRecord read_latency(const Field& field) {
  LatencyRecord latency;
  latency.count = field.member("count").count();
  latency.lost_count = field.member("lost_count").count();
  latency.mean_s = field.member("mean_s").optional_number();
  latency.min_s = field.member("min_s").optional_number();
  latency.max_s = field.member("max_s").optional_number();
  latency.standard_deviation_s = field.member("standard_deviation_s").optional_number();
  for (const auto& [key, member] : field.members()) {
    if (is_percentile_name(key)) {
      latency.percentiles_s[key] = read_estimate(member, "_s");
    }
  }
  latency.effective_sample_size = field.member("effective_sample_size").number_or(0.0);
  read_histogram(field.member("hist"), latency);
  return latency;
}

std::optional<LatencyRecord> read_optional_latency(const Field& field) {
  return field.absent() ? std::nullopt : std::optional(read_latency(field));
}

std::vector<SeriesPoint> read_series(const Field& field) {
  const auto times = field.member("t_s").elements();
  const auto completed = field.member("completed").elements();
  const auto p50 = field.member("p50_s").elements();
  const auto p99 = field.member("p99_s").elements();
  if (completed.size() != times.size() || p50.size() != times.size() || p99.size() != times.size()) {
    field.fail("four arrays of equal length");
  }
  std::vector<SeriesPoint> series;
  for (std::size_t i = 0; i < times.size(); ++i) {
    series.push_back({.t_s = times[i].number(),
                      .completed = completed[i].count(),
                      .p50_s = p50[i].optional_number(),
                      .p99_s = p99[i].optional_number()});
  }
  return series;
}

void read_workload(const Field& field, RunDocument& run) {
  run.workload = field.member("name").text();
  run.workload_version = field.member("version").small_integer();
  for (const auto& [key, value] : field.member("params").members()) {
    run.workload_parameters[key] = value.is_text() ? value.text() : value.compact();
  }
  run.synthetic = field.member("synthetic").boolean();
  run.work_flops = field.member("flops_per_sample").optional_count();
  run.traffic_bytes = field.member("bytes_per_sample").optional_count();
  run.output_check = field.member("check").text();
}

void read_scenario(const Field& field, RunDocument& run) {
  const Field kind = field.member("kind");
  run.scenario = kind.text();
  if (!scenario_from_flag(run.scenario)) {
    kind.fail("\"single\", \"multi\", \"server\" or \"offline\"");
  }
  run.mode = field.member("mode").text();
  run.arrivals = field.member("arrivals").text_or_empty();
  run.rate_target_hz = field.member("rate_target_hz").optional_number();
  run.rate_scheduled_hz = field.member("rate_scheduled_hz").optional_number();
  run.samples_per_query = field.member("samples_per_query").count();
  run.seed = field.member("seed").count();
  run.stream = field.member("stream").text();
  if (const Field seeds = field.member("stream_seeds"); !seeds.absent()) {
    run.stream_seeds = {.sample_library = seeds.member("sample_library").count(),
                        .sample_index = seeds.member("sample_index").count(),
                        .schedule = seeds.member("schedule").count()};
  }
  run.loaded_sample_count = field.member("loaded_samples").optional_count();
  const Field percentile = field.member("percentile");
  run.percentile = percentile.number();
  if (!(run.percentile > 0.0 && run.percentile <= 1.0)) {
    percentile.fail("a share above 0, at most 1");
  }
  run.slo_s = field.member("slo_s").optional_number();
}

void read_result(const Field& field, RunDocument& run) {
  run.valid = field.member("valid").boolean();
  run.interrupted = field.member("interrupted").boolean();
  for (const Field& reason : field.member("invalid_reasons").elements()) {
    run.invalid_reasons.push_back({.code = reason.member("code").text(),
                                   .message = reason.member("message").text(),
                                   .remedy = reason.member("remedy").text_or_empty()});
  }
  run.query_count = field.member("query_count").count();
  run.sample_count = field.member("sample_count").count();
  run.queries_per_s = field.member("queries_per_s").optional_number();
  run.samples_per_s = field.member("samples_per_s").optional_number();
  const Field metric = field.member("metric");
  run.metric_name = metric.member("name").text();
  run.metric_unit = metric.member("unit").text();
  run.metric = read_estimate(metric, "");
  const Field slo_met_share = field.member("slo_met_share");
  run.slo_met_share = slo_met_share.absent() ? std::nullopt : std::optional(read_estimate(slo_met_share, ""));
  run.latency = read_latency(field.member("latency"));
  run.service_time = read_latency(field.member("service_time"));
  run.first_token = read_optional_latency(field.member("first_token"));
  run.token_time = read_optional_latency(field.member("token_time"));
  run.math_peek = read_math_peek(field.member("math_peek"));
  run.fleet = read_fleet(field.member("fleet"));
  run.attribution = read_attribution(field.member("attribution"));
  run.hedging = read_hedging(field.member("hedging"));
  for (const auto& [code, error_count] : field.member("errors").members()) {
    run.errors[code] = error_count.count();
  }
  run.series = read_series(field.member("series"));
}

void read_quality(const Field& field, RunDocument& run) {
  run.observer = field.member("observer").text();
  const Field clock = field.member("clock");
  const auto seconds_of = [&](const char* key) {
    constexpr double kLongestSeconds = 9.2e9;  // from there Nanoseconds hold only "never"
    const Field time = clock.member(key);
    if (time.non_negative() >= kLongestSeconds) {
      time.fail("a time in seconds");
    }
    return time.number();
  };
  const auto nanoseconds = [&](const char* key) { return from_seconds(seconds_of(key)); };
  run.clock = {.source = clock.member("source").text(),
               .cost_ns = std::round(seconds_of("cost_s") * 1e15) / 1e6,
               .resolution_ns = nanoseconds("resolution_s").count(),
               .backward_steps = clock.member("backward_steps").count(),
               .wake_error_p50 = nanoseconds("wake_error_p50_s"),
               .wake_error_p90 = nanoseconds("wake_error_p90_s"),
               .wake_error_max = nanoseconds("wake_error_max_s"),
               .spin_margin = nanoseconds("spin_margin_s")};
  run.clock_disagreement_s = field.member("clock_disagreement_s").optional_number();
  run.steal_share = field.member("steal_share").optional_number();
  run.foreign_cpu_share = field.member("foreign_cpu_share").optional_number();
  // The other reasons follow from the document; these only the program that ran could know.
  const auto keep_reason = [&](const std::string& path, bool absent) {
    const Field reason = field.member("not_available").member(path);
    if (absent && !reason.absent()) {
      run.not_available[path] = reason.text();
    }
  };
  for (const char* name : {"clock_disagreement_s", "steal_share", "foreign_cpu_share"}) {
    keep_reason(fmt::format("quality.{}", name), field.member(name).absent());
  }
  keep_reason("result.attribution.waited_share", run.attribution && !run.attribution->waited_share);
  const Field lateness = field.member("lateness");
  run.lateness = {.p50_s = lateness.member("p50_s").optional_number(),
                  .p90_s = lateness.member("p90_s").optional_number(),
                  .p99_s = lateness.member("p99_s").optional_number(),
                  .max_s = lateness.member("max_s").optional_number(),
                  .late_share = lateness.member("late_share").non_negative(),
                  .threshold_s = lateness.member("threshold_s").non_negative(),
                  .allowed_share = lateness.member("allowed_share").non_negative()};
  run.warnings = field.member("warnings").texts();
}

void read_place(const Field& root, RunDocument& run) {
  const Field placement = root.member("placement");
  run.placement = {.issuing_cpus = placement.member("issuing_cpus").small_integers(),
                   .worker_cpus = placement.member("worker_cpus").small_integers(),
                   .shared = placement.member("shared").boolean(),
                   .pinned = placement.member("pinned").absent() || placement.member("pinned").boolean(),
                   .why = placement.member("why").text()};
  run.execution = read_execution(root.member("execution"));
  const auto keep_reason = [&](const std::string& name, bool absent) {
    const Field reason = root.member("quality").member("not_available").member(name);
    if (absent && !reason.absent()) {
      run.not_available[name] = reason.text();
    }
  };
  keep_reason("execution.huge_bytes", run.execution && !run.execution->huge_bytes);
  keep_reason("execution.locked_bytes", run.execution && !run.execution->locked_bytes);
  run.conditions = read_conditions(root.member("conditions"));
}

RunDocument read_document(const Field& root) {
  const Field schema = root.member("schema");
  if (schema.text() != kRunSchema) {
    schema.fail(fmt::format("\"{}\" (this program reads only that major version)", kRunSchema));
  }
  RunDocument run;
  run.id = root.member("id").text();
  run.created = root.member("created").text();
  run.tool = read_tool(root.member("tool"), kBuildOfMeasurement);
  read_workload(root.member("workload"), run);
  read_scenario(root.member("scenario"), run);
  run.interference = read_interference(root.member("interference"));
  run.emulated = read_emulation(root.member("emulated"));
  run.limits = read_limits(root.member("limits"));
  const Field window = root.member("window");
  run.min_duration_s = window.member("min_duration_s").non_negative();
  run.min_query_count = window.member("min_query_count").count();
  run.warm_up_s = window.member("warmup_s").non_negative();
  run.duration_s = window.member("duration_s").non_negative();
  read_result(root.member("result"), run);
  run.soak = read_soak(root.member("soak"));
  run.frames = read_frames(root.member("frames"));
  run.serving = read_serving(root.member("serving"));
  run.remote = read_remote(root.member("remote"));
  read_quality(root.member("quality"), run);
  read_machine(root.member("machine"), run.machine, run.machine_identity);
  read_place(root, run);
  run.stored_hash = root.member("hash").text_or_empty();
  return run;
}

}  // namespace

RunDocument run_document_from_json(std::string_view text, std::string_view source_name) {
  const json root = parse_untrusted_json(text, source_name, "a run file");
  RunDocument run = read_document(Field(source_name, root));
  run.hash_matches = run.stored_hash == content_hash(text);
  return run;
}

}  // namespace assay
