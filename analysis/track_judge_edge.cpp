#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/track_judges.hpp"

namespace assay {

namespace {

/// What P99 within the window lets pass.
constexpr double kAllowedShare = 0.01;

struct EdgeStep {
  std::string_view id;
  std::string_view label;
};
constexpr EdgeStep kCrisis{"aligned", "eight cameras at 30 frames/s, one trigger"};
/// In the order in which they are shown. Names of steps in share/tracks/edge.toml.
constexpr std::array<EdgeStep, 10> kRemedies{{{"staggered", "staggered triggers"},
                                              {"random", "random phases"},
                                              {"aligned-i8", "int8, one trigger"},
                                              {"staggered-i8", "int8, staggered triggers"},
                                              {"aligned-batch", "up to 4 frames at once, one trigger"},
                                              {"aligned-drop", "late frames dropped, one trigger"},
                                              {"aligned-15", "15 frames/s, one trigger"},
                                              {"staggered-15", "15 frames/s, staggered triggers"},
                                              {"aligned-realtime", "real-time priority, one trigger"},
                                              {"staggered-realtime", "real-time priority, staggered triggers"}}};

std::string labelled(const TrackRun& run, std::string_view label) {
  return fmt::format("{}{}", mark_before(run), label);
}

bool generator_was_late(const TrackRun& run) {
  return std::ranges::find(run.invalid_codes, "lateness") != run.invalid_codes.end();
}

std::string estimate_or_reason(const EstimateRecord& estimate) {
  return estimate.point ? format_duration_estimate(estimate) : fmt::format("not available ({})", estimate.reason);
}

struct Remedy {
  const TrackRun* run;
  std::string_view label;
};

std::vector<Remedy> remedies_of(const TrackRecord& record) {
  std::vector<Remedy> remedies;
  for (const EdgeStep& step : kRemedies) {
    const TrackRun* const run = run_of(record, std::string(step.id));
    if (run != nullptr && run->figures.missed_share.point) {
      remedies.push_back({run, step.label});
    }
  }
  return remedies;
}

/// Somebody who looks at the mean of one camera sees it within the window.
bool claim_is_made(const TrackRun& single, double window_s) {
  return single.figures.mean_s && *single.figures.mean_s <= window_s;
}

CrisisOutcome outcome_of(const TrackRun& single, const TrackRun& aligned, const TrackRun* multi, double window_s) {
  const EstimateRecord& missed = aligned.figures.missed_share;
  if (!missed.point || !claim_is_made(single, window_s)) {
    return CrisisOutcome::open;
  }
  if (*upper_of(missed) <= kAllowedShare) {
    return CrisisOutcome::refuted;
  }
  if (*lower_of(missed) <= kAllowedShare) {
    return CrisisOutcome::open;
  }
  // A late generator may be what missed: MultiStream has no schedule to be late for.
  const auto slowest = multi == nullptr ? std::nullopt : lower_of(multi->figures.p99_s);
  return !generator_was_late(aligned) || (slowest && *slowest > window_s) ? CrisisOutcome::confirmed
                                                                          : CrisisOutcome::open;
}

std::string remedy_sentence(const TrackRecord& record) {
  const std::vector<Remedy> remedies = remedies_of(record);
  if (remedies.empty()) {
    return "No remedy was measured.";
  }
  const auto by_upper = [](const Remedy& remedy) { return *upper_of(remedy.run->figures.missed_share); };
  const Remedy best = *std::ranges::min_element(remedies, {}, by_upper);
  const std::string share = share_text(best.run->figures.missed_share);
  if (by_upper(best) <= kAllowedShare) {
    std::vector<std::string_view> holding;
    for (const Remedy& remedy : remedies) {
      if (by_upper(remedy) <= kAllowedShare) {
        holding.push_back(remedy.label);
      }
    }
    return fmt::format("Within the 1 % that P99 allows: {}; the best of them misses {}.", fmt::join(holding, ", "),
                       share);
  }
  return fmt::format(
      "None of the {} remedies measured here is shown to stay within the 1 % that P99 allows; the best, "
      "{}, misses {}.",
      remedies.size(), best.label, share);
}

std::string inference_sentence_of(const TrackRun& single, const TrackRun& multi) {
  constexpr double kSamples = 8.0;
  const auto& one = single.figures.p99_s.point;
  const auto& all = multi.figures.p99_s.point;
  if (!one || !all || !(*all > 0.0)) {
    return "";
  }
  return fmt::format(
      "MLPerf lets MultiStream be inferred as 8 x the SingleStream P99: {}; measured it has a P99 of {}, "
      "so the rule is off by a factor of {:.2f}. Neither has a deadline or a trigger.",
      format_duration(kSamples * *one), format_duration_estimate(multi.figures.p99_s), kSamples * *one / *all);
}

std::string search_sentence(const CameraSearch& search) {
  if (search.held && search.broke) {
    return fmt::format("With one trigger this machine holds {} cameras within the window at P99, and no longer {}.",
                       *search.held, *search.broke);
  }
  if (search.held) {
    return fmt::format("With one trigger it holds at least {} cameras; more were not tried.", *search.held);
  }
  if (search.broke) {
    return "Not even one camera by itself stayed within the window at P99.";
  }
  return "";
}

CrisisRow latency_row(const TrackRecord& record) {
  constexpr double kSamples = 8.0;
  CrisisRow row{.quantity = "time to an answer",
                .limit = record.window_s,
                .limit_text = "window " + format_duration(record.window_s),
                .bars = {}};
  if (const TrackRun* const single = run_of(record, "single")) {
    const TrackFigures& one = single->figures;
    row.bars.push_back(number_bar(true, labelled(*single, "one camera (SingleStream), mean"), one.mean_s,
                                  one.mean_s ? format_duration(*one.mean_s) : "", "single"));
    row.bars.push_back(time_bar(true, labelled(*single, "one camera (SingleStream), P99"), one.p99_s, "single"));
    const std::optional<double> inferred = one.p99_s.point ? std::optional(kSamples * *one.p99_s.point) : std::nullopt;
    row.bars.push_back(number_bar(true, labelled(*single, "inferred for eight: 8 x that P99 (derived)"), inferred,
                                  inferred ? format_duration(*inferred) : "", ""));
  }
  for (const EdgeStep& step : {EdgeStep{"multi", "eight cameras in a closed loop (MultiStream), P99"},
                               EdgeStep{"aligned", "eight cameras at 30 frames/s, one trigger, P99"},
                               EdgeStep{"staggered", "eight cameras at 30 frames/s, staggered, P99"}}) {
    if (const TrackRun* const run = run_of(record, std::string(step.id))) {
      row.bars.push_back(time_bar(false, labelled(*run, step.label), run->figures.p99_s, run->step));
    }
  }
  return row;
}

CrisisRow misses_row(const TrackRecord& record) {
  CrisisRow row{.quantity = "frames past the deadline",
                .limit = kAllowedShare,
                .limit_text = "1 %, what a P99 within the window allows",
                .bars = {}};
  const TrackRun* const single = run_of(record, "single");
  if (single != nullptr && single->figures.p99_s.point && *single->figures.p99_s.point <= record.window_s) {
    row.bars.push_back(number_bar(true, labelled(*single, "what the one camera's P99 suggests: at most"), kAllowedShare,
                                  format_percent(kAllowedShare), "single"));
  }
  if (const TrackRun* const aligned = run_of(record, std::string(kCrisis.id))) {
    row.bars.push_back(
        share_bar(false, labelled(*aligned, kCrisis.label), aligned->figures.missed_share, aligned->step));
  }
  for (const Remedy& remedy : remedies_of(record)) {
    row.bars.push_back(
        share_bar(false, labelled(*remedy.run, remedy.label), remedy.run->figures.missed_share, remedy.run->step));
  }
  return row;
}

std::string verdict_sentence(const TrackRecord& record, const TrackRun& single, const TrackRun& aligned,
                             CrisisOutcome outcome) {
  const TrackFigures& one = single.figures;
  const std::string alone = fmt::format("{}One camera answers in {} on average (P99 {})", mark_before(single),
                                        one.mean_s ? format_duration(*one.mean_s) : "a time that is not known",
                                        one.p99_s.point ? format_duration(*one.p99_s.point) : "not available");
  const std::string eight =
      fmt::format("with eight cameras on one trigger {}{} of the frames miss the {}", mark_before(aligned),
                  share_text(aligned.figures.missed_share), format_duration(record.window_s));
  if (!claim_is_made(single, record.window_s)) {
    return fmt::format("{}: already alone it is beyond the window of {}, so that nobody could claim that it fits; {}.",
                       alone, format_duration(record.window_s), eight);
  }
  switch (outcome) {
    case CrisisOutcome::confirmed:
      return fmt::format(
          "{}; {}. SingleStream did not measure that load: by its figures alone the loop must not go on "
          "the road.",
          alone, eight);
    case CrisisOutcome::refuted:
      return fmt::format("{}; {}. On this machine, with this detector, the one camera's figure holds for eight.", alone,
                         eight);
    case CrisisOutcome::open:
      break;
  }
  return fmt::format("{}; {}. That does not decide whether the window holds{}.", alone, eight,
                     generator_was_late(aligned) ? ", for the generator itself was late" : "; measure longer (--full)");
}

}  // namespace

TrackFindings judge_edge(const TrackRecord& record) {
  TrackFindings findings{.outcome = CrisisOutcome::open, .sentence = {}, .evidence = {}, .rows = {}};
  findings.rows = {latency_row(record), misses_row(record)};
  std::erase_if(findings.rows, [](const CrisisRow& row) { return row.bars.empty(); });
  const TrackRun* const single = run_of(record, "single");
  const TrackRun* const multi = run_of(record, "multi");
  const TrackRun* const aligned = run_of(record, std::string(kCrisis.id));
  if (single == nullptr || aligned == nullptr || !aligned->figures.missed_share.point) {
    findings.sentence = "The track ended before one camera and eight of them were both measured: there is no finding.";
    return findings;
  }
  findings.outcome = outcome_of(*single, *aligned, multi, record.window_s);
  findings.sentence = verdict_sentence(record, *single, *aligned, findings.outcome);
  if (findings.outcome != CrisisOutcome::refuted) {
    findings.evidence.push_back(remedy_sentence(record));
  }
  findings.evidence.push_back(fmt::format("With one trigger a frame takes {} at P99 and {} at P99.9.",
                                          estimate_or_reason(aligned->figures.p99_s),
                                          estimate_or_reason(aligned->figures.p999_s)));
  if (aligned->figures.longest_miss_run > 0) {
    findings.evidence.push_back(fmt::format("The longest run of misses of one camera was {} frames.",
                                            format_count(aligned->figures.longest_miss_run)));
  }
  if (multi != nullptr) {
    findings.evidence.push_back(inference_sentence_of(*single, *multi));
  }
  for (const CameraSearch& search : record.searches) {
    findings.evidence.push_back(search_sentence(search));
  }
  std::erase(findings.evidence, "");
  return findings;
}

}  // namespace assay
