#include <fmt/format.h>

#include "analysis/format.hpp"
#include "analysis/track_judges.hpp"

namespace assay {

namespace {

constexpr double kQuality = 0.9;  ///< MLPerf Tiny's target for keyword spotting
constexpr double kGap = 0.05;     ///< less than this between clean and field is no crisis
/// "Right on nearly every clean recording" is at least this.
constexpr double kNearlyEvery = 0.97;
constexpr double kHopsPerSecond = 100.0;
constexpr double kWindowsPerSecond = 10.0;

CrisisRow accuracy_row(const TrackField& field) {
  CrisisRow row{.quantity = "words recognised",
                .limit = kQuality,
                .limit_text = "90 %, MLPerf Tiny's quality target",
                .bars = {}};
  for (const TrackAccuracy& accuracy : field.accuracies) {
    row.bars.push_back(share_bar(accuracy.is_claim, accuracy.what, accuracy.share, "realworld"));
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

void add_duty(TrackFindings& findings, const TrackRun& run, double per_second) {
  if (run.figures.mean_s) {
    findings.evidence.push_back(fmt::format("{}{}: {} on average, {} of one CPU's time at {:g} a second.",
                                            mark_before(run), run.title, format_duration(*run.figures.mean_s),
                                            format_percent(*run.figures.mean_s * per_second), per_second));
  }
}

void judge_field(TrackFindings& findings, const TrackField& field) {
  const std::string figures = fmt::format(
      "On the clean recordings of a benchmark the keyword network that was trained on clean speech is right on {} of "
      "the words; on voices that no training heard, at {}, on {}",
      share_text(field.claim), field.condition, share_text(field.found));
  const std::string alone = fmt::format("on the same words and voices the field alone costs {}", share_text(field.gap));
  if (!field.gap.point || !field.claim.point) {
    findings.sentence = figures + ".";
  } else if (*field.claim.point < kNearlyEvery) {
    findings.sentence =
        fmt::format("{}; {}. Less than {} of the clean words is not nearly every one: the claim is not made here.",
                    figures, alone, format_percent(kNearlyEvery));
  } else if (*lower_of(field.gap) > kGap) {
    findings.outcome = CrisisOutcome::confirmed;
    findings.sentence = fmt::format(
        "{}; {}. The clean figure says little about the place where it is worn: choose by "
        "the field.",
        figures, alone);
  } else if (*upper_of(field.gap) <= kGap) {
    findings.outcome = CrisisOutcome::refuted;
    findings.sentence = fmt::format("{}; {}: at this condition the clean figure carries over.", figures, alone);
  } else {
    findings.sentence = fmt::format("{}; {}: these words do not decide whether that is much.", figures, alone);
  }
}

}  // namespace

TrackFindings judge_tiny(const TrackRecord& record) {
  TrackFindings findings{.outcome = CrisisOutcome::open, .sentence = {}, .evidence = {}, .rows = {}};
  if (record.field) {
    findings.rows.push_back(accuracy_row(*record.field));
    findings.evidence = record.field->sentences;
    judge_field(findings, *record.field);
  } else {
    findings.sentence = "Accuracy in the field was not measured here, so that nothing is known about the claim.";
  }
  if (CrisisRow row = latency_row(record); !row.bars.empty()) {
    findings.rows.push_back(std::move(row));
  }
  if (const TrackRun* const isolation = run_of(record, "isolation")) {
    add_duty(findings, *isolation, kHopsPerSecond);
  }
  if (const TrackRun* const keyword = run_of(record, "keyword")) {
    add_duty(findings, *keyword, kWindowsPerSecond);
  }
  add_harmless(findings, record);
  return findings;
}

}  // namespace assay
