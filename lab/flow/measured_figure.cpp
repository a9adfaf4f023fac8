#include "lab/flow/measured_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "analysis/format.hpp"

namespace assay {
namespace {

using Runs = std::vector<const LabRun*>;

constexpr double kPercent = 100.0;

MeasuredAnswer missing(std::string why) { return {.value = {.reason = std::move(why)}, .how = "", .run_files = {}}; }

EstimateRecord scaled(const EstimateRecord& estimate, double factor, double offset = 0.0) {
  const auto scale = [&](const std::optional<double>& value) {
    return value ? std::optional(offset + factor * *value) : std::nullopt;
  };
  return {.point = scale(estimate.point),
          .lower = scale(estimate.lower),
          .upper = scale(estimate.upper),
          .confidence = estimate.confidence,
          .reason = estimate.reason};
}

bool counts(const LabRun& run) { return run.facts.honest && !run.facts.interrupted; }

/// A figure of the first run of that name which counts, times a factor.
MeasuredAnswer plain(const Runs& runs, const std::string& id, const char* figure, double factor, const char* words) {
  for (const LabRun* const run : runs) {
    const EstimateRecord* const found = run->facts.figure(figure);
    if (run->start.run == id && counts(*run) && found != nullptr && found->point) {
      return {.value = scaled(*found, factor),
              .how = fmt::format("{} of {}", words, run->facts.what),
              .run_files = {run->file}};
    }
  }
  return missing(fmt::format("no run of {} that counts has it yet", id));
}

bool held_its_windows(const RunFacts& facts) {
  constexpr std::array<std::string_view, 3> kMissed{"latency_constraint", "first_token_constraint",
                                                    "token_time_constraint"};
  return std::ranges::none_of(
      facts.invalid_codes, [&](const std::string& code) { return std::ranges::find(kMissed, code) != kMissed.end(); });
}

/// The most that Server gave within its window, of what Offline gave.
MeasuredAnswer server_share(const FlowQuestion& question, const Runs& runs) {
  const LabRun* best = nullptr;
  const LabRun* offline = nullptr;
  const auto rate = [](const LabRun& run) {
    const EstimateRecord* const found = run.facts.figure("samples_per_s");
    return found == nullptr ? 0.0 : found->point.value_or(0.0);
  };
  for (const LabRun* const run : runs) {
    if (!counts(*run)) {
      continue;
    }
    if (run->start.run == question.runs.front() && held_its_windows(run->facts) &&
        (best == nullptr || rate(*run) > rate(*best))) {
      best = run;
    }
    if (run->start.run == question.runs.back() && offline == nullptr) {
      offline = run;
    }
  }
  if (offline == nullptr || rate(*offline) <= 0.0) {
    return missing("no run of Offline that counts has a throughput yet");
  }
  if (best == nullptr) {
    return missing("no run of Server held its windows yet; lower the rate and run it again");
  }
  return {.value = {.point = kPercent * rate(*best) / rate(*offline),
                    .reason = "a ratio of one run each has no interval; repeat them"},
          .how = fmt::format("{} within the windows, of {} in Offline", format_rate(rate(*best), "requests/s"),
                             format_rate(rate(*offline), "requests/s")),
          .run_files = {best->file, offline->file}};
}

/// The run whose coefficient of variation is nearest to 0.5, its P99 taken to a mean of 10 ms and a standard deviation
/// of 5 ms: as many deviations above the mean as it was measured.
MeasuredAnswer p99_at_10_5(const FlowQuestion& question, const Runs& runs) {
  constexpr double kMeanMs = 10.0;
  constexpr double kSdMs = 5.0;
  constexpr double kAsked = kSdMs / kMeanMs;
  constexpr double kFarthest = 2.0;  // times or a part of it: beyond, the run is of another shape than was asked
  const LabRun* best = nullptr;
  double nearest = 0.0;
  double its_variation = 0.0;
  for (const LabRun* const run : runs) {
    const EstimateRecord* const mean = run->facts.figure("mean_s");
    const EstimateRecord* const sd = run->facts.figure("sd_s");
    const bool asked = std::ranges::find(question.runs, run->start.run) != question.runs.end();
    if (!asked || !counts(*run) || mean == nullptr || sd == nullptr || run->facts.figure("p99_s") == nullptr ||
        !(*mean->point > 0.0) || !(*sd->point > 0.0)) {
      continue;
    }
    const double variation = *sd->point / *mean->point;
    const double distance = std::abs(std::log(variation / kAsked));
    if (best == nullptr || distance < nearest) {
      best = run;
      nearest = distance;
      its_variation = variation;
    }
  }
  if (best == nullptr) {
    return missing("no run that counts has a mean, a standard deviation and a P99 yet");
  }
  if (nearest > std::log(kFarthest)) {
    return missing(
        fmt::format("the nearest run has a standard deviation of {:.2f} times its mean, and the question is "
                    "about 0.5: inject {}",
                    its_variation, its_variation < kAsked ? "more" : "less"));
  }
  const double mean_s = *best->facts.figure("mean_s")->point;
  const double sd_s = *best->facts.figure("sd_s")->point;
  const EstimateRecord& p99 = *best->facts.figure("p99_s");
  const double factor = kSdMs / sd_s;
  return {.value = scaled(p99, factor, kMeanMs - factor * mean_s),
          .how = fmt::format(
              "the P99 of run {} ({}) lies {:.2f} standard deviations above its mean of {}, with a "
              "standard deviation of {:.2f} times the mean; from 10 ms and 5 ms on that is this. Of your runs it is "
              "the nearest to the question's 0.5 times; a nearer one takes its place",
              best->start.number, best->facts.what, (*p99.point - mean_s) / sd_s,
              format_duration(mean_s, Charset::ascii), its_variation),
          .run_files = {best->file}};
}

}  // namespace

const std::vector<std::string>& measured_figure_names() {
  static const std::vector<std::string> names{"missed_share", "server_share", "last_fps", "field_accuracy",
                                              "p99_at_10_5"};
  return names;
}

bool is_measured_figure(std::string_view name) {
  return std::ranges::find(measured_figure_names(), name) != measured_figure_names().end();
}

MeasuredAnswer measured_answer(const FlowQuestion& question, const std::vector<const LabRun*>& runs) {
  if (question.figure == "missed_share") {
    return plain(runs, question.runs.front(), "missed_share", kPercent, "frames that missed their deadline,");
  }
  if (question.figure == "last_fps") {
    return plain(runs, question.runs.front(), "last_fps", 1.0, "new frames shown at the end");
  }
  if (question.figure == "field_accuracy") {
    return plain(runs, question.runs.front(), "field_accuracy", kPercent, "right answers in the field");
  }
  if (question.figure == "server_share") {
    return server_share(question, runs);
  }
  if (question.figure == "p99_at_10_5") {
    return p99_at_10_5(question, runs);
  }
  throw std::invalid_argument(question.figure + " is no figure that a question can ask for");
}

}  // namespace assay
