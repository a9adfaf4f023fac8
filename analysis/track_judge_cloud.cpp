#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/format.hpp"
#include "analysis/track_judges.hpp"

namespace assay {

namespace {

/// "Collapses": Server at its windows gives less than this share of Offline, whatever lies between the probes.
constexpr double kCollapsed = 0.5;
/// What NVIDIA's tuned eight H100 give in MLPerf Inference v4.1, Llama-2-70B: 21,605.8 of 24,524.9 tokens/s.
constexpr double kTunedShare = 0.881;
/// A prediction is borne out within this.
constexpr double kForecastBound = 0.15;
/// The crisis, from the step of the ladder that the track's file names so.
constexpr const char* kCrisisStep = "crisis";

std::string tokens_text(double tokens_per_s) { return format_rate(tokens_per_s, "tokens/s"); }

/// "3.1 tokens/s (up to 3.9 by the rate that broke)"
std::string range_text(const EstimateRecord& peak) {
  if (!peak.point) {
    return peak.upper ? fmt::format("at most {} ({})", tokens_text(*peak.upper), peak.reason)
                      : "not available: " + peak.reason;
  }
  return peak.upper && *peak.upper > *peak.point
             ? fmt::format("{}, at most {}", tokens_text(*peak.point), tokens_text(*peak.upper))
             : tokens_text(*peak.point);
}

/// "12.0 % (at most 15.1 %)": the ends are those of the probes, and no interval of confidence.
std::string part_text(const EstimateRecord& share) {
  if (!share.point) {
    return share.upper ? "at most " + format_percent(*share.upper) : "not available: " + share.reason;
  }
  return share.upper && *share.upper > *share.point
             ? fmt::format("{} (at most {})", format_percent(*share.point), format_percent(*share.upper))
             : format_percent(*share.point);
}

struct CloudRuns {
  const TrackRun* offline = nullptr;
  double offline_tokens_per_s = 0.0;
  const LadderRung* crisis = nullptr;
  const LadderRung* best = nullptr;  ///< of MLPerf's closed division
};

CloudRuns cloud_runs_of(const TrackRecord& record) {
  CloudRuns runs;
  runs.offline = run_of(record, "offline");
  if (runs.offline != nullptr && runs.offline->figures.serving) {
    runs.offline_tokens_per_s = runs.offline->figures.serving->tokens_per_s;
  }
  for (const LadderRung& rung : record.ladder) {
    if (rung.step == kCrisisStep) {
      runs.crisis = &rung;
    }
    const EstimateRecord peak = peak_tokens(rung);
    if (rung.mlperf_closed && peak.point && (runs.best == nullptr || *peak.point > *peak_tokens(*runs.best).point)) {
      runs.best = &rung;
    }
  }
  return runs;
}

/// Server over Offline as a range; without a point where one of the two is missing.
EstimateRecord share_of_offline(const LadderRung& rung, double offline_tokens_per_s) {
  EstimateRecord share = peak_tokens(rung);
  if (offline_tokens_per_s <= 0.0) {
    return {.point = {}, .lower = {}, .upper = {}, .reason = "Offline gave no tokens"};
  }
  for (auto* const end : {&share.point, &share.lower, &share.upper}) {
    if (*end) {
      **end /= offline_tokens_per_s;
    }
  }
  return share;
}

CrisisOutcome outcome_of(const CloudRuns& runs) {
  if (runs.offline == nullptr || !decides(*runs.offline) || runs.crisis == nullptr) {
    return CrisisOutcome::open;
  }
  const EstimateRecord share = share_of_offline(*runs.crisis, runs.offline_tokens_per_s);
  if (share.upper && *share.upper < kCollapsed) {
    return CrisisOutcome::confirmed;
  }
  if (share.lower && *share.lower >= kTunedShare) {
    return CrisisOutcome::refuted;
  }
  return CrisisOutcome::open;
}

std::string utilisation_text(const ServingFigures& figures) {
  return fmt::format("U_T {}, MBU {}, busy {}", format_percent(figures.product_utilisation),
                     format_percent(figures.bandwidth_utilisation), format_percent(figures.busy_share));
}

std::string crisis_sentence(const CloudRuns& runs, CrisisOutcome outcome) {
  if (runs.offline == nullptr) {
    return "There is no Offline run, so that there is nothing to compare with.";
  }
  if (!decides(*runs.offline)) {
    return invalid_sentence(*runs.offline, "Offline");
  }
  if (runs.crisis == nullptr) {
    return "The crisis was not measured.";
  }
  const EstimateRecord share = share_of_offline(*runs.crisis, runs.offline_tokens_per_s);
  const LadderProbe* const crisis = best_probe(*runs.crisis);
  if (crisis == nullptr && !share.upper) {
    return fmt::format("With the crisis's scheduler {}: what users would get is not known.", share.reason);
  }
  std::string text = fmt::format(
      "Offline gives {} ({}); users behind the same model, with the crisis's scheduler and both windows held, get "
      "{}{}, "
      "{} of it.",
      tokens_text(runs.offline_tokens_per_s), utilisation_text(*runs.offline->figures.serving),
      range_text(peak_tokens(*runs.crisis)),
      crisis == nullptr ? "" : fmt::format(" ({})", utilisation_text(crisis->figures)), part_text(share));
  if (outcome == CrisisOutcome::open) {
    text += " That is neither below half of Offline for certain nor as much as a tuned system gives.";
  }
  if (runs.best != nullptr && runs.best != runs.crisis) {
    text += fmt::format(" The scheduler, not the machine, is the fault: {} brings Server to {} of Offline.",
                        runs.best->title, part_text(share_of_offline(*runs.best, runs.offline_tokens_per_s)));
  }
  return text;
}

CrisisRow tokens_row(const TrackRecord& record, const CloudRuns& runs) {
  CrisisRow row{.quantity = "tokens of answers a second", .limit = {}, .limit_text = {}, .bars = {}};
  row.bars.push_back(number_bar(true, mark_before(*runs.offline) + "Offline, at full tilt", runs.offline_tokens_per_s,
                                tokens_text(runs.offline_tokens_per_s), runs.offline->step));
  for (const LadderRung& rung : record.ladder) {
    const EstimateRecord peak = peak_tokens(rung);
    row.bars.push_back({.is_claim = false,
                        .label = fmt::format("Server at its windows: {}", rung.title),
                        .value = peak.point,
                        .text = range_text(peak),
                        .source = rung.step});
  }
  row.limit = kTunedShare * runs.offline_tokens_per_s;
  row.limit_text = fmt::format("{} of Offline, as tuned H100 systems have in MLPerf v4.1", format_percent(kTunedShare));
  return row;
}

CrisisRow utilisation_row(const TrackRecord& record, const CloudRuns& runs) {
  CrisisRow row{.quantity = "U_T, work of the model over the measured ceiling of products",
                .limit = {},
                .limit_text = {},
                .bars = {}};
  const ServingFigures& offline = *runs.offline->figures.serving;
  row.bars.push_back(number_bar(true, "Offline", offline.product_utilisation, utilisation_text(offline), "offline"));
  for (const LadderRung& rung : record.ladder) {
    if (const LadderProbe* const best = best_probe(rung)) {
      row.bars.push_back(number_bar(false, fmt::format("Server: {}", rung.title), best->figures.product_utilisation,
                                    utilisation_text(best->figures), rung.step));
    }
  }
  return row;
}

/// "chunked prefill: predicted 12.1 tokens/s, measured 11.8 tokens/s (+2.5 %)."
std::string rung_sentence(const LadderRung& rung) {
  const EstimateRecord peak = peak_tokens(rung);
  std::string text = fmt::format("{} ({}): ", rung.title, rung.flags);
  if (!rung.forecast) {
    text += fmt::format("no prediction ({}), ", rung.forecast_note);
  } else if (rung.forecast->rate_hz <= 0.0) {
    text += "predicted to hold at no rate, ";
  } else {
    text += fmt::format("predicted {}, ", tokens_text(rung.forecast->tokens_per_s));
  }
  text += "measured " + range_text(peak);
  if (const auto error = forecast_error(rung)) {
    text += fmt::format(" (prediction {}{}", *error < 0.0 ? "-" : "+", format_percent(std::abs(*error)));
    const double predicted = rung.forecast->tokens_per_s;
    const bool in_range = predicted >= *peak.lower && (!peak.upper || predicted <= *peak.upper);
    text += std::abs(*error) <= kForecastBound ? ", borne out)"
            : in_range                         ? ", within what the probes leave open)"
                                               : fmt::format(", off by more than {})", format_percent(kForecastBound));
  }
  text += rung.mlperf_closed ? "; allowed in MLPerf's closed division" : "; not allowed in MLPerf's closed division";
  if (!rung.closed_note.empty()) {
    text += fmt::format(" ({})", rung.closed_note);
  }
  if (!rung.doubt.empty()) {
    text += fmt::format("; in doubt: {}", rung.doubt);
  }
  return text + ".";
}

std::string repair_sentence(const TrackRecord& record, const CloudRuns& runs) {
  if (runs.best == nullptr) {
    return "No step of the ladder held both windows at any rate that was tried.";
  }
  const EstimateRecord share = share_of_offline(*runs.best, runs.offline_tokens_per_s);
  const std::string share_words = part_text(share);
  if (share.point && *share.point >= kTunedShare) {
    return fmt::format("Repaired: {} gives {} of Offline; tuned H100 systems give {}.", runs.best->title, share_words,
                       format_percent(kTunedShare));
  }
  return fmt::format("Not repaired to {} of Offline: {} gives {}; what binds there is {}.", format_percent(kTunedShare),
                     runs.best->title, share_words,
                     binding_window(*runs.best, record.ttft_limit_s.value_or(0.0), record.tpot_limit_s.value_or(0.0)));
}

std::string waterfall_sentence(const std::string& where, const ServingFigures& figures) {
  const auto names = waterfall_names();
  const auto parts = figures.waterfall.parts();
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    texts.push_back(fmt::format("{} {}", names.at(i), format_percent(parts.at(i))));
  }
  return fmt::format("Where the time of {} went: {}.", where, fmt::join(texts, ", "));
}

}  // namespace

TrackFindings judge_cloud(const TrackRecord& record) {
  const CloudRuns runs = cloud_runs_of(record);
  TrackFindings findings;
  findings.outcome = outcome_of(runs);
  findings.sentence = crisis_sentence(runs, findings.outcome);
  if (runs.offline == nullptr || !runs.offline->figures.serving) {
    return findings;
  }
  findings.rows.push_back(tokens_row(record, runs));
  findings.rows.push_back(utilisation_row(record, runs));
  if (!record.ladder.empty()) {
    findings.evidence.push_back(repair_sentence(record, runs));
  }
  findings.evidence.push_back(waterfall_sentence("Offline", *runs.offline->figures.serving));
  for (const LadderRung* const rung : {runs.crisis, runs.best}) {
    const LadderProbe* const probe = rung == nullptr ? nullptr : best_probe(*rung);
    if (probe != nullptr && (rung != runs.best || runs.best != runs.crisis)) {
      findings.evidence.push_back(waterfall_sentence("Server: " + rung->title, probe->figures));
    }
  }
  for (const LadderRung& rung : record.ladder) {
    findings.evidence.push_back(rung_sentence(rung));
  }
  findings.evidence.emplace_back(
      "The measured rate of a step lies between the highest that held both windows and the lowest that did not; Server "
      "tokens are those of the run that held.");
  add_harmless(findings, record);
  return findings;
}

}  // namespace assay
