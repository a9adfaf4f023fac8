#include "analysis/run_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "analysis/format.hpp"
#include "analysis/frames_record.hpp"
#include "analysis/headline_metric.hpp"
#include "analysis/latency_record.hpp"
#include "analysis/launch_policy.hpp"
#include "analysis/run_distributions.hpp"
#include "analysis/tail_records.hpp"
#include "analysis/time_series.hpp"
#include "analysis/verdict_errors.hpp"
#include "analysis/window_share.hpp"

namespace assay {
namespace {

std::uint64_t different_samples(std::vector<QuerySampleIndex> loaded) {
  std::ranges::sort(loaded);
  return static_cast<std::uint64_t>(std::unique(loaded.begin(), loaded.end()) - loaded.begin());
}

void fill_scenario(RunDocument& run, const TestResult& result) {
  const TestSettings& settings = result.settings;
  run.scenario = flag_of(settings.scenario);
  run.mode = settings.mode == TestMode::performance ? "performance" : "accuracy";
  run.stream = settings.stream == RandomStream::assay ? "assay" : "mlperf";
  run.stream_seeds = {.sample_library = settings.seeds.sample_library,
                      .sample_index = settings.seeds.sample_index,
                      .schedule = settings.seeds.schedule};
  run.loaded_sample_count = different_samples(result.loaded_set);
  run.samples_per_query = result.samples_per_query;
  run.percentile = Percentile::of_parts_per_million(settings.target_percentile_ppm).fraction();
  run.slo_s = settings.target_latency ? std::optional(seconds(*settings.target_latency)) : std::nullopt;
  run.min_duration_s = seconds(settings.min_duration);
  run.min_query_count = settings.min_query_count;
  if (settings.scenario == Scenario::server) {
    run.arrivals = name_of(settings.arrivals);
    run.rate_target_hz = settings.server_target_qps;
    // n arrivals span n - 1 gaps.
    if (result.query_count > 1 && result.scheduled_duration > Nanoseconds::zero()) {
      run.rate_scheduled_hz = static_cast<double>(result.query_count - 1) / seconds(result.scheduled_duration);
    }
  }
}

void fill_latencies(RunDocument& run, const TestResult& result, const RunDistributions& distributions) {
  const auto target = Percentile::of_parts_per_million(result.settings.target_percentile_ppm);
  run.latency = latency_record(distributions.response, target);
  run.first_token =
      distributions.first_token ? std::optional(latency_record(*distributions.first_token, target)) : std::nullopt;
  run.token_time =
      distributions.token_time ? std::optional(latency_record(*distributions.token_time, target)) : std::nullopt;
  run.lateness = distributions.lateness;
  if (result.settings.target_latency && distributions.response.count() > 0) {
    constexpr double kConfidence = 0.95;
    const WindowShare share = window_share(
        distributions.response, {.percentile = target, .limit = *result.settings.target_latency}, kConfidence);
    run.slo_met_share = EstimateRecord{.point = share.within,
                                       .lower = share.interval.lower,
                                       .upper = share.interval.upper,
                                       .confidence = kConfidence,
                                       .reason = ""};
  }
}

void fill_rates(RunDocument& run, const TestResult& result, const RunDistributions& distributions) {
  run.query_count = result.query_count;
  run.sample_count = result.sample_count();
  run.duration_s = seconds(distributions.last_completion);
  const bool offline = result.settings.scenario == Scenario::offline;
  const bool whole_query = distributions.completed_samples == result.sample_count() && result.query_count == 1;
  const std::uint64_t queries = offline ? (whole_query ? 1 : 0) : distributions.completed_queries;
  run.queries_per_s = rate_to_last_completion(queries, distributions.last_completion);
  run.samples_per_s = rate_to_last_completion(distributions.completed_samples, distributions.last_completion);
  HeadlineMetric metric = headline_metric(result, distributions);
  run.metric_name = std::move(metric.name);
  run.metric_unit = std::move(metric.unit);
  run.metric = std::move(metric.estimate);
}

/// The percentile that the tail is told by: the target, and P99 where the target is lower (SingleStream's is P90).
Percentile tail_percentile(const TestSettings& settings) {
  constexpr std::uint32_t kP99 = 990'000;
  return Percentile::of_parts_per_million(std::max(settings.target_percentile_ppm, kP99));
}

void fill_tail(RunDocument& run, const TestResult& result, const RunDistributions& distributions,
               const TailEvidence& evidence) {
  const Percentile percentile = tail_percentile(result.settings);
  if (result.settings.scenario != Scenario::offline) {  // whose one query has no tail
    run.math_peek = math_peek_record(distributions.response, percentile);
    if (result.settings.target_latency) {
      const auto target = Percentile::of_parts_per_million(result.settings.target_percentile_ppm);
      run.fleet =
          fleet_record(distributions.response, {.percentile = target, .limit = *result.settings.target_latency});
    }
  }
  AttributionContext context = evidence.context;
  context.percentile = percentile;
  run.attribution = attribute_tail(result, distributions, evidence.accounts, context);
  if (!evidence.accounts.not_available.empty()) {
    run.not_available["result.attribution.waited_share"] = evidence.accounts.not_available;
  }
}

/// Frames of cameras have one share of misses, whose interval knows of triggers.
void fill_frames(RunDocument& run, const TestResult& result, const RunDistributions& distributions) {
  run.frames = frames_record(result, distributions);
  if (run.frames && run.frames->frames_per_s && run.slo_met_share) {
    const EstimateRecord& missed = run.frames->missed_share;
    run.slo_met_share->lower = 1.0 - missed.upper.value_or(1.0);
    run.slo_met_share->upper = 1.0 - missed.lower.value_or(0.0);
  }
}

/// Dependence that leaves less than a tenth of the observations is worth a word: it is the sign of stalls and queues.
void warn_of_dependence(RunDocument& run) {
  const double effective = run.latency.effective_sample_size;
  const auto count = static_cast<double>(run.latency.count);
  if (run.latency.count > 0 && effective < count / 10.0) {
    run.warnings.push_back(
        fmt::format("slow queries come in clusters: {} queries carry the information of {} "
                    "independent ones at the target percentile; repeat the run",
                    format_count(run.latency.count), format_count(static_cast<std::uint64_t>(effective))));
  }
}

}  // namespace

void fill_results(RunDocument& run, const TestResult& result, const std::optional<OutputVerdict>& output_check,
                  const TailEvidence& evidence) {
  const RunDistributions distributions = distributions_of(result);
  // Beside the response times, on another thread: together they take about as long.
  const auto fill_service_and_series = [&] {
    const auto target = Percentile::of_parts_per_million(result.settings.target_percentile_ppm);
    run.service_time = latency_record(distributions.service, target);
    run.series = time_series(result, distributions);
  };
  auto service_and_series = std::async(launch_policy(result.records.size()), fill_service_and_series);
  fill_scenario(run, result);
  fill_latencies(run, result, distributions);
  fill_rates(run, result, distributions);
  fill_tail(run, result, distributions, evidence);
  fill_frames(run, result, distributions);
  run.errors = error_counts(result, distributions);
  run.interrupted = result.end_cause == EndCause::interrupted;
  if (output_check) {
    run.output_check = output_check->text;
  }
  Verdict verdict = judge(result, distributions, output_check);
  run.valid = verdict.valid();
  run.invalid_reasons = std::move(verdict.reasons);
  if (result.settings.scenario != Scenario::offline) {  // whose one query has no tail
    warn_of_dependence(run);
  }
  service_and_series.get();
}

}  // namespace assay
