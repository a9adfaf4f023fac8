#include "analysis/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "analysis/early_stopping.hpp"
#include "analysis/format.hpp"
#include "analysis/headline_metric.hpp"
#include "analysis/latency_window.hpp"
#include "analysis/remedy.hpp"
#include "analysis/verdict_errors.hpp"

namespace assay {
namespace {

/// A rate to try when the present one was too much: 80 % of what was completed per second, at most 80 % of the target.
std::string less_load(const TestResult& result, const RunDistributions& run) {
  if (std::holds_alternative<CameraArrivals>(result.settings.arrivals)) {
    return "fewer cameras or frames a second in --arrivals";
  }
  const double target = result.settings.server_target_qps;
  const double completed = rate_to_last_completion(run.completed_samples, run.last_completion).value_or(target);
  return lower_rate_flag(0.8 * std::min(target, completed));
}

std::string longer_run(const TestResult& result, const RunDistributions& run, std::uint64_t needed_queries) {
  return duration_flag_for(needed_queries, result.query_count, std::max(run.last_completion, result.issue_duration));
}

struct Judgement {
  const TestResult& result;
  const RunDistributions& run;
  std::vector<InvalidReason>& reasons;

  void add(std::string code, std::string message, std::string remedy) const {
    reasons.push_back({.code = std::move(code), .message = std::move(message), .remedy = std::move(remedy)});
  }
};

/// LoadGen's time of each scenario (last issue, last scheduled arrival, slowest sample), but never more than until
/// the last completion: a schedule that nobody answered is no measurement.
Nanoseconds judged_duration(const TestResult& result, const RunDistributions& run) {
  switch (result.settings.scenario) {
    case Scenario::single_stream:
    case Scenario::multi_stream:
      return std::min(result.issue_duration, run.last_completion);
    case Scenario::server:
      return std::min(result.scheduled_duration, run.last_completion);
    case Scenario::offline:
      break;
  }
  return run.last_completion;
}

void judge_min_duration(const Judgement& j) {
  const Nanoseconds lasted = judged_duration(j.result, j.run);
  if (lasted >= j.result.settings.min_duration) {
    return;
  }
  std::string remedy = duration_flag(seconds(j.result.settings.min_duration)) + " without stopping it early";
  const auto rate = rate_to_last_completion(j.run.completed_samples, j.run.last_completion);
  if (j.result.settings.scenario == Scenario::offline && rate) {
    remedy = higher_rate_flag(1.1 * *rate) + " (Offline sizes its query by the expected rate)";
  }
  j.add("min_duration",
        fmt::format("the run lasted {} of the required {} (it ended by: {})", format_duration(seconds(lasted)),
                    format_duration(seconds(j.result.settings.min_duration)), name_of(j.result.end_cause)),
        std::move(remedy));
}

void judge_min_queries(const Judgement& j) {
  const bool offline = j.result.settings.scenario == Scenario::offline;
  const std::uint64_t issued = offline ? j.result.sample_count() : j.result.query_count;
  const std::uint64_t needed = j.result.settings.min_query_count;
  if (issued >= needed) {
    return;
  }
  j.add("min_queries",
        fmt::format("{} {} of the required {} were issued", format_count(issued), offline ? "samples" : "queries",
                    format_count(needed)),
        issued == 0 ? fmt::format("--min-queries {} without stopping it early", needed)
                    : longer_run(j.result, j.run, needed));
}

void judge_window(const Judgement& j, const LatencyWindow& window) {
  if (window.distribution->count() == 0) {
    return;  // too_few_samples says so
  }
  if (!window.holds()) {
    j.add(std::string(window.code), window.finding(),
          less_load(j.result, j.run) + ", or let `assay peak` find the highest rate that holds");
    return;
  }
  const std::uint64_t queries = window.distribution->count();
  const std::uint64_t slow = window.over();
  const std::uint64_t missing = early_stopping::queries_missing(window.percentile, queries, slow);
  if (missing == 0) {
    return;
  }
  const double share = static_cast<double>(slow) / static_cast<double>(queries);
  const auto at_this_share = early_stopping::queries_at_share(window.percentile, share);
  const std::uint64_t needed = std::max(queries + missing, at_this_share.value_or(0));
  j.add("early_stopping",
        fmt::format("{} of {} queries over the {} window of {} do not show with confidence 0.99 that {} holds; {} more "
                    "queries would, all of them within",
                    format_count(slow), format_count(queries), window.noun, format_duration(seconds(window.limit)),
                    window.percentile.name(), format_count(missing)),
        at_this_share ? longer_run(j.result, j.run, needed) : less_load(j.result, j.run));
}

void judge_closed_loop_early_stopping(const Judgement& j) {
  const Scenario scenario = j.result.settings.scenario;
  if (scenario != Scenario::single_stream && scenario != Scenario::multi_stream) {
    return;
  }
  const auto percentile = Percentile::of_parts_per_million(j.result.settings.target_percentile_ppm);
  const std::uint64_t queries = j.run.response.count();
  const std::uint64_t needed = early_stopping::minimum_queries(percentile, 1);
  if (queries >= needed) {
    return;
  }
  j.add("early_stopping",
        fmt::format("{} queries do not carry a {} with confidence 0.99; it takes {}", format_count(queries),
                    percentile.name(), format_count(needed)),
        fmt::format("--min-queries {}", needed));
}

void judge_lateness(const Judgement& j) {
  const LatenessRecord& lateness = j.run.lateness;
  if (!lateness.p99_s || lateness.late_share <= lateness.allowed_share) {
    return;
  }
  j.add("lateness",
        fmt::format("the generator issued {} of the queries more than {} late ({} allowed), p99 {}: it could not keep "
                    "its schedule",
                    format_percent(lateness.late_share), format_duration(lateness.threshold_s),
                    format_percent(lateness.allowed_share), format_duration(*lateness.p99_s)),
        "a core of its own for the generator (fewer --threads, or --cpus), or " + less_load(j.result, j.run));
}

void judge_samples(const Judgement& j) {
  if (j.run.completed_samples == 0) {
    j.add("too_few_samples", fmt::format("none of {} samples came back", format_count(j.result.sample_count())),
          "a longer --duration, or see the errors of the system under test");
  }
}

void judge_end(const Judgement& j) {
  switch (j.result.end_cause) {
    case EndCause::interrupted:
      j.add("interrupted", fmt::format("the run was stopped after {}", format_duration(seconds(j.run.last_completion))),
            "run it again and let it finish");
      break;
    case EndCause::max_outstanding:
      j.add("max_outstanding",
            fmt::format("more than {} queries were in flight: the system fell behind",
                        format_count(j.result.settings.max_outstanding)),
            less_load(j.result, j.run));
      break;
    case EndCause::record_capacity:
      j.add("record_capacity", fmt::format("the log was full after {} samples", format_count(j.result.sample_count())),
            duration_flag(0.9 * seconds(j.run.last_completion)));
      break;
    case EndCause::complete:
    case EndCause::max_duration:
    case EndCause::max_query_count:
    case EndCause::deadline:  // the lost queries are reasons of their own
      break;
  }
}

void judge_clock(const Judgement& j) {
  if (j.result.clock_step != Nanoseconds::zero()) {
    const double step = seconds(std::chrono::abs(j.result.clock_step));
    j.add("clock_step", fmt::format("two clocks of the machine came to disagree by {}", format_duration(step)),
          "assay doctor names the clock source; run again on a steady one");
  }
}

}  // namespace

Verdict judge(const TestResult& result, const RunDistributions& distributions,
              const std::optional<OutputVerdict>& output_check) {
  Verdict verdict;
  const Judgement judgement{.result = result, .run = distributions, .reasons = verdict.reasons};
  judge_end(judgement);
  if (result.settings.mode == TestMode::performance) {
    if (result.end_cause != EndCause::interrupted) {  // that it is too short follows from the interruption
      judge_min_duration(judgement);
      judge_min_queries(judgement);
    }
    for (const LatencyWindow& window : latency_windows(result, distributions)) {
      judge_window(judgement, window);
    }
    judge_closed_loop_early_stopping(judgement);
    judge_lateness(judgement);
  }
  judge_samples(judgement);
  for (InvalidReason& reason : error_reasons(result, distributions)) {
    verdict.reasons.push_back(std::move(reason));
  }
  if (output_check && !output_check->passed) {
    judgement.add("output_check", "outputs are wrong: " + output_check->text,
                  "a wrong answer has no speed: mend the system under test, then --mode accuracy");
  }
  judge_clock(judgement);
  return verdict;
}

}  // namespace assay
