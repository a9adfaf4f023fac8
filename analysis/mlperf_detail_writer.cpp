#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/mlperf_layout.hpp"
#include "analysis/run_mark.hpp"

namespace assay {

namespace {

using nlohmann::ordered_json;

/// The percentiles that LoadGen reports, as it and as we write them.
struct ReportedPercentile {
  const char* loadgen;
  const char* ours;
};
constexpr std::array kReported{ReportedPercentile{"50.00", "p50"}, ReportedPercentile{"90.00", "p90"},
                               ReportedPercentile{"95.00", "p95"}, ReportedPercentile{"97.00", "p97"},
                               ReportedPercentile{"99.00", "p99"}, ReportedPercentile{"99.90", "p99.9"}};

std::optional<std::int64_t> nanoseconds_of(const std::optional<double>& seconds) {
  constexpr double kLongestSeconds = 9.2e9;
  if (!seconds || !std::isfinite(*seconds) || std::abs(*seconds) > kLongestSeconds) {
    return std::nullopt;
  }
  return std::llround(*seconds * 1e9);
}

bool has_reason(const RunDocument& run, std::string_view code) {
  return std::ranges::any_of(run.invalid_reasons, [&](const InvalidReason& reason) { return reason.code == code; });
}

class DetailWriter {
 public:
  explicit DetailWriter(const RunDocument& run) : run_(run) {}

  std::string text() {
    head();
    settings();
    time_ms_ = run_.duration_s * 1e3;
    verdict();
    scenario_results();
    if (run_.scenario == "offline") {
      nanoseconds("result_max_latency_ns", run_.latency.max_s);
    } else {
      // MultiStream has the latency of a query here; that of a sample within one is not in a run file.
      const bool multi = run_.scenario == "multi";
      times(run_.latency, multi ? "result_{}_query_latency_ns" : "result_{}_latency_ns",
            multi ? "result_{}_percentile_per_query_latency_ns" : "result_{}_percentile_latency_ns");
    }
    if (run_.first_token) {
      times(*run_.first_token, "result_first_token_{}_latency_ns", "result_first_token_{}_percentile_latency_ns");
    }
    if (run_.token_time) {
      times(*run_.token_time, "result_time_to_output_token_{}", "result_time_per_output_token_{}_percentile_ns");
    }
    std::uint64_t errors = 0;
    for (const auto& [code, count] : run_.errors) {
      errors += count;
    }
    message("num_errors", errors);
    return std::move(text_);
  }

 private:
  /// One line. Written by a JSON writer member by member, with LoadGen's blanks, since some tools search for them; in
  /// ASCII, so that no reader splits a line within a text.
  void message(const std::string& key, const ordered_json& value) {
    const auto dump = [](const ordered_json& one) {
      return one.dump(-1, ' ', true, ordered_json::error_handler_t::replace);
    };
    text_ += fmt::format(
        ":::MLLOG {{\"key\": {}, \"value\": {}, \"time_ms\": {:.6f}, \"namespace\": \"mlperf::logging\", "
        "\"event_type\": \"POINT_IN_TIME\", \"metadata\": {{\"is_error\": false, \"is_warning\": false, \"file\": "
        "\"assay\", \"line_no\": 0, \"pid\": 0, \"tid\": 0}}}}\n",
        dump(key), dump(value), time_ms_);
  }

  void number(const std::string& key, const std::optional<double>& value) {
    if (value && std::isfinite(*value)) {
      message(key, *value);
    }
  }

  void nanoseconds(const std::string& key, const std::optional<double>& time_s) {
    if (const auto whole = nanoseconds_of(time_s)) {
      message(key, *whole);
    }
  }

  void head() {
    message("loadgen_version", fmt::format("none: Assay {} ({})", run_.tool.version, run_.tool.revision));
    message("generic_message", kNotASubmission);
    message("generic_message",
            "Percentiles are exact nearest ranks, 1-based ceil(n p); LoadGen takes 0-based floor(n p). Rates divide by "
            "the last completion. What the result file does not hold is left out.");
    message("test_datetime", run_.created);
    message("sut_name", mark_of(run_).before(" ") + run_.machine_identity.label);
    message("qsl_name", run_.workload);
  }

  void settings() {
    for (const char* kind : {"requested", "effective"}) {
      const auto key = [kind](const char* name) { return fmt::format("{}_{}", kind, name); };
      message(key("scenario"), mlperf_scenario(run_));
      message(key("test_mode"), "PerformanceOnly");
      message(key("samples_per_query"), run_.samples_per_query);
      number(key("target_qps"), run_.rate_target_hz);
      nanoseconds(key("target_latency_ns"), run_.slo_s);
      message(key("target_latency_percentile"), run_.percentile);
      message(key("min_duration_ms"), std::llround(std::min(run_.min_duration_s, 1e12) * 1e3));
      message(key("min_query_count"), run_.min_query_count);
      if (run_.loaded_sample_count) {
        message(key("performance_sample_count"), *run_.loaded_sample_count);
      }
      if (run_.stream_seeds && run_.stream == "mlperf") {  // of another generator they would mean another schedule
        message(key("qsl_rng_seed"), run_.stream_seeds->sample_library);
        message(key("sample_index_rng_seed"), run_.stream_seeds->sample_index);
        message(key("schedule_rng_seed"), run_.stream_seeds->schedule);
      }
      message(key("use_token_latencies"), run_.first_token.has_value());
      message(key("sample_concatenate_permutation"), false);
    }
    message("assay_random_stream", run_.stream);
    message("assay_seed", run_.seed);
    message("generated_query_count", run_.query_count);
    message("generated_samples_per_query", run_.samples_per_query);
  }

  void verdict() {
    message("result_validity", run_.valid ? "VALID" : "INVALID");
    if (run_.scenario == "server") {
      message("result_perf_constraints_met", !has_reason(run_, "latency_constraint"));
    }
    message("result_min_duration_met", !has_reason(run_, "min_duration"));
    message("result_min_queries_met", !has_reason(run_, "min_queries"));
    message("early_stopping_met", !has_reason(run_, "early_stopping"));
    std::string reasons;
    for (const InvalidReason& reason : run_.invalid_reasons) {
      reasons += (reasons.empty() ? "" : " ") + reason.message;
      if (reason.code == "early_stopping") {
        message("early_stopping_result", reason.message);
      }
    }
    if (!run_.valid) {
      message("result_invalid_reason", reasons);
    } else if (run_.scenario != "offline") {
      message("early_stopping_result", "Run successful.");
    }
    message("result_query_count", run_.query_count);
    if (run_.scenario == "server" && run_.slo_met_share && run_.slo_met_share->point) {
      const double over = (1.0 - *run_.slo_met_share->point) * static_cast<double>(run_.latency.count);
      message("result_overlatency_query_count", std::llround(std::clamp(over, 0.0, 9e15)));
    }
  }

  void scenario_results() {
    if (run_.scenario == "single") {
      number("result_qps_with_loadgen_overhead", run_.queries_per_s);
      if (run_.latency.mean_s && *run_.latency.mean_s > 0.0) {
        number("result_qps_without_loadgen_overhead", 1.0 / *run_.latency.mean_s);
      }
      nanoseconds("early_stopping_latency_ss", run_.metric.point);
    } else if (run_.scenario == "multi") {
      nanoseconds("early_stopping_latency_ms", run_.metric.point);
    } else if (run_.scenario == "server") {
      number("result_scheduled_samples_per_sec", run_.rate_scheduled_hz);
      number("result_completed_samples_per_sec", run_.samples_per_s);
    } else {
      number("result_samples_per_second", run_.samples_per_s);
    }
  }

  void times(const LatencyRecord& latency, const char* extreme_key, const char* percentile_key) {
    nanoseconds(fmt::format(fmt::runtime(extreme_key), "min"), latency.min_s);
    nanoseconds(fmt::format(fmt::runtime(extreme_key), "max"), latency.max_s);
    nanoseconds(fmt::format(fmt::runtime(extreme_key), "mean"), latency.mean_s);
    for (const ReportedPercentile& percentile : kReported) {
      if (const auto found = latency.percentiles_s.find(percentile.ours); found != latency.percentiles_s.end()) {
        nanoseconds(fmt::format(fmt::runtime(percentile_key), percentile.loadgen), found->second.point);
      }
    }
  }

  const RunDocument& run_;
  double time_ms_ = 0.0;
  std::string text_;
};

}  // namespace

std::string mlperf_scenario(const RunDocument& run) {
  return run.scenario == "single"   ? "SingleStream"
         : run.scenario == "multi"  ? "MultiStream"
         : run.scenario == "server" ? "Server"
                                    : "Offline";
}

std::string mlperf_detail_text(const RunDocument& run) { return DetailWriter(run).text(); }

}  // namespace assay
