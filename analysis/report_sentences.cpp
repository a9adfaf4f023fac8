#include "analysis/report_sentences.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/share_text.hpp"
#include "loadgen/scenario.hpp"

namespace assay {
namespace {

std::string duration_or_absent(const std::optional<double>& seconds, Charset charset) {
  return seconds ? format_duration(*seconds, charset) : "not available";
}

}  // namespace

std::string scenario_title(const RunDocument& run) {
  const auto scenario = scenario_from_flag(run.scenario);
  return scenario ? std::string(title_of(*scenario)) : run.scenario;
}

std::string workload_title(const RunDocument& run) {
  std::string parameters;
  for (const auto& [key, value] : run.workload_parameters) {
    constexpr std::size_t kOfDigest = 12;  // enough to tell two files apart
    const bool is_digest = key.ends_with("_sha256") && value.size() == 64;
    parameters +=
        fmt::format("{}{}={}", parameters.empty() ? "" : " ", key, is_digest ? value.substr(0, kOfDigest) : value);
  }
  return parameters.empty() ? run.workload : fmt::format("{} ({})", run.workload, parameters);
}

bool is_one_batch(const RunDocument& run) { return run.scenario == flag_of(Scenario::offline); }

std::string verdict_word(const RunDocument& run) {
  return fmt::format("{}{}", run.valid ? "VALID" : "INVALID", run.interrupted ? ", interrupted" : "");
}

std::string headline_sentence(const RunDocument& run, Charset charset) {
  const std::string value = run.metric_unit == "s" ? format_duration_estimate(run.metric, charset)
                                                   : format_rate_estimate(run.metric, run.metric_unit, charset);
  const std::string reason = run.metric.reason.empty() ? "" : fmt::format(" ({})", run.metric.reason);
  return fmt::format("{}: {}{}", run.metric_name, value, reason);
}

std::string rate_sentence(const RunDocument& run) {
  if (!run.queries_per_s) {
    return "no query completed";
  }
  std::string sentence;
  if (run.rate_target_hz) {
    sentence += fmt::format("asked {}, ", format_rate(*run.rate_target_hz, "queries/s"));
  }
  if (run.rate_scheduled_hz) {
    sentence += fmt::format("scheduled {}, ", format_rate(*run.rate_scheduled_hz, "queries/s"));
  }
  if (is_one_batch(run)) {
    return fmt::format("{}completed {}", sentence,
                       run.samples_per_s ? format_rate(*run.samples_per_s, "samples/s") : "not available");
  }
  sentence += fmt::format("completed {}", format_rate(*run.queries_per_s, "queries/s"));
  const auto& wanted = run.rate_scheduled_hz ? run.rate_scheduled_hz : run.rate_target_hz;
  if (wanted && *wanted > 0.0) {
    sentence += fmt::format(" ({} of the {})", format_percent(*run.queries_per_s / *wanted),
                            run.rate_scheduled_hz ? "scheduled" : "rate asked for");
  }
  if (run.samples_per_query > 1 && run.samples_per_s) {
    sentence += fmt::format(" = {}", format_rate(*run.samples_per_s, "samples/s"));
  }
  return sentence;
}

std::string window_sentence(const RunDocument& run, Charset charset) {
  if (!run.slo_s) {
    return "no latency window was asked for";
  }
  if (!run.slo_met_share || !run.slo_met_share->point) {
    return fmt::format("the window is {}; no share within it was recorded", format_duration(*run.slo_s, charset));
  }
  return fmt::format("{} of the queries were within the window of {}", share_text(*run.slo_met_share),
                     format_duration(*run.slo_s, charset));
}

std::string lateness_sentence(const RunDocument& run, Charset charset) {
  const LatenessRecord& late = run.lateness;
  if (!late.p99_s) {
    return "not available: this scenario issues when an answer comes, so there is no schedule to be late for";
  }
  return fmt::format("P50 {}, P99 {}, max {}; {} issued later than {} ({} allowed)",
                     duration_or_absent(late.p50_s, charset), duration_or_absent(late.p99_s, charset),
                     duration_or_absent(late.max_s, charset), format_percent(late.late_share),
                     format_duration(late.threshold_s, charset), format_percent(late.allowed_share));
}

std::string latency_sentence(const LatencyRecord& latency, Charset charset) {
  std::string sentence = fmt::format("mean {}", duration_or_absent(latency.mean_s, charset));
  for (const char* name : {"p50", "p95", "p99"}) {
    const auto found = latency.percentiles_s.find(name);
    sentence += fmt::format(
        "  P{} {}", name + 1,
        found == latency.percentiles_s.end() ? "not available" : format_duration_estimate(found->second, charset));
  }
  return sentence + fmt::format("  max {}", duration_or_absent(latency.max_s, charset));
}

std::string missing_interval_sentence(const LatencyRecord& latency) {
  std::vector<std::string> names;
  std::string reason;
  for (const char* name : {"p50", "p95", "p99"}) {
    const auto found = latency.percentiles_s.find(name);
    if (found != latency.percentiles_s.end() && found->second.point && !(found->second.lower && found->second.upper)) {
      names.push_back(fmt::format("P{}", name + 1));
      reason = found->second.reason;
    }
  }
  return names.empty() ? "" : fmt::format("no full interval for {}: {}", fmt::join(names, ", "), reason);
}

std::string tail_sentence(const LatencyRecord& latency, Charset charset) {
  const auto p99 = latency.percentiles_s.find("p99");
  if (p99 == latency.percentiles_s.end() || !p99->second.point || !latency.mean_s || !(*latency.mean_s > 0.0)) {
    return "";
  }
  return fmt::format("P99 {} is {:.2f} x the mean", format_duration(*p99->second.point, charset),
                     *p99->second.point / *latency.mean_s);
}

bool is_reason_of_verdict(const RunDocument& run, const std::string& reason) {
  return std::any_of(run.invalid_reasons.begin(), run.invalid_reasons.end(),
                     [&](const InvalidReason& invalid) { return invalid.message == reason; });
}

std::string finding_sentence(const RunDocument& run, Charset charset) {
  RunDocument shown;
  shown.metric_name = run.metric_name;
  shown.metric_unit = run.metric_unit;
  shown.metric = run.metric;
  if (is_reason_of_verdict(run, run.metric.reason)) {
    shown.metric.reason.clear();
  }
  std::string headline = headline_sentence(shown, charset);
  if (!headline.empty() && headline[0] >= 'a' && headline[0] <= 'z') {
    headline[0] = static_cast<char>(headline[0] - 'a' + 'A');
  }
  if (is_one_batch(run)) {
    return fmt::format("{}; {} samples came as one query, complete after {}.", headline, format_count(run.sample_count),
                       format_duration(run.duration_s, charset));
  }
  const std::string tail = tail_sentence(run.latency, charset);
  return fmt::format("{}.{}{}{}", headline, tail.empty() ? "" : " ", tail, tail.empty() ? "" : ".");
}

}  // namespace assay
