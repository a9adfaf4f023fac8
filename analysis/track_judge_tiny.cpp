#include <fmt/format.h>

#include <algorithm>

#include "analysis/energy_estimate.hpp"
#include "analysis/format.hpp"
#include "analysis/track_judges.hpp"

namespace assay {

namespace {

constexpr double kQuality = 0.9;  ///< MLPerf Tiny's target for keyword spotting
constexpr double kGap = 0.05;     ///< less than this between clean and field is no crisis
constexpr double kBudgetWatts = 1e-3;
constexpr double kHopsPerSecond = 100.0;
constexpr double kWindowsPerSecond = 10.0;

const TrackAccuracy* accuracy_of(const TrackRecord& record, const std::string& name) {
  const auto found = std::ranges::find(record.accuracies, name, &TrackAccuracy::name);
  return found == record.accuracies.end() || !found->share.point ? nullptr : &*found;
}

CrisisRow accuracy_row(const TrackRecord& record) {
  CrisisRow row{.quantity = "words recognised",
                .limit = kQuality,
                .limit_text = "90 %, MLPerf Tiny's quality target",
                .bars = {}};
  for (const TrackAccuracy& accuracy : record.accuracies) {
    row.bars.push_back(share_bar(accuracy.name == "clean", fmt::format("{}: {}", accuracy.name, accuracy.what),
                                 accuracy.share, "realworld"));
  }
  return row;
}

CrisisRow latency_row(const TrackRecord& record) {
  CrisisRow row{.quantity = "compute time",
                .limit = record.window_s,
                .limit_text = "hop " + format_duration(record.window_s),
                .bars = {}};
  for (const char* const step : {"isolation", "keyword"}) {
    if (const TrackRun* const run = run_of(record, step)) {
      row.bars.push_back(time_bar(false, mark_before(*run) + run->title + ", P99", run->figures.p99_s, run->step));
    }
  }
  return row;
}

void add_cost(TrackFindings& findings, const TrackRun& run, double per_second, const std::string& what) {
  const TrackFigures& figures = run.figures;
  if (figures.mean_s) {
    findings.evidence.push_back(fmt::format("{}{}: {} on average, {} of real time at {:g} a second.", mark_before(run),
                                            what, format_duration(*figures.mean_s),
                                            format_percent(*figures.mean_s * per_second), per_second));
  }
  if (figures.work_ops && figures.traffic_bytes) {
    const auto dtype = run.parameters.find("dtype");
    const bool is_int8 = dtype != run.parameters.end() && dtype->second == "i8";
    const EnergyEstimate estimate = estimate_energy(*figures.work_ops, *figures.traffic_bytes, is_int8 ? 1 : 4);
    const double most = estimate.upper_j * per_second;
    findings.evidence.push_back(fmt::format("{}: {}; {} 1 mW by this model.", what, estimate_text(estimate, per_second),
                                            most <= kBudgetWatts                           ? "below"
                                            : estimate.lower_j * per_second > kBudgetWatts ? "above"
                                                                                           : "around"));
  }
}

std::string remedies_sentence(const TrackRecord& record, const TrackAccuracy& field) {
  std::vector<std::string> parts;
  for (const TrackAccuracy& accuracy : record.accuracies) {
    if (accuracy.name != "clean" && accuracy.name != field.name && accuracy.name.starts_with("field")) {
      parts.push_back(fmt::format("{} {}", accuracy.what, share_text(accuracy.share)));
    }
  }
  return parts.empty() ? "" : fmt::format("What it takes back: {}.", fmt::join(parts, "; "));
}

}  // namespace

TrackFindings judge_tiny(const TrackRecord& record) {
  TrackFindings findings{.outcome = CrisisOutcome::open, .sentence = {}, .evidence = {}, .rows = {}};
  findings.rows = {accuracy_row(record), latency_row(record)};
  std::erase_if(findings.rows, [](const CrisisRow& row) { return row.bars.empty(); });
  const TrackRun* const isolation = run_of(record, "isolation");
  const TrackRun* const keyword = run_of(record, "keyword");
  if (isolation != nullptr) {
    add_cost(findings, *isolation, kHopsPerSecond, "Isolation, a hop");
    findings.evidence.emplace_back("That is compute: the isolation's own window adds to the delay that an ear hears.");
  }
  if (keyword != nullptr) {
    add_cost(findings, *keyword, kWindowsPerSecond, "Keyword, a window");
  }
  const TrackAccuracy* const clean = accuracy_of(record, "clean");
  const TrackAccuracy* const field = accuracy_of(record, "field");
  if (clean == nullptr || field == nullptr) {
    findings.sentence = "Accuracy in the field was not measured here, so that nothing is known about the claim.";
    return findings;
  }
  const std::string figures =
      fmt::format("On clean recordings the model is right on {} of the words; in the field ({}) on {}",
                  share_text(clean->share), field->what, share_text(field->share));
  findings.evidence.insert(findings.evidence.begin(), remedies_sentence(record, *field));
  std::erase(findings.evidence, "");
  if (*lower_of(clean->share) - *upper_of(field->share) > kGap) {
    findings.outcome = CrisisOutcome::confirmed;
    findings.sentence = figures +
                        ": the clean benchmark says nothing about the place where it is worn. Buy by the field "
                        "figure.";
  } else if (*upper_of(clean->share) - *lower_of(field->share) <= kGap) {
    findings.outcome = CrisisOutcome::refuted;
    findings.sentence = figures + ": the clean figure carries over at this condition.";
  } else {
    findings.sentence = figures + ": these clips do not decide whether the gap is large.";
  }
  return findings;
}

}  // namespace assay
