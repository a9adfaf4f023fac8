#include "lab/flow/threshold_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/latency_window_text.hpp"

namespace assay {
namespace {

/// Of the window that the run is held to: its own, or that of the lab.
Percentile percentile_of(const FlowDefinition& flow, const FlowRun& run) {
  const auto own = run.flags.find("slo");
  return parse_latency_window(own == run.flags.end() ? flow.window : own->second)
      .percentile.value_or(Percentile::of_percent(99.0));
}

/// A run as a level of one control; nothing where another one was turned up, or the run cannot be counted.
std::optional<ThresholdLevel> level_of(const LabRun& run, const FlowControl& control) {
  const EstimateRecord* const over = run.facts.figure("over_share");
  const EstimateRecord* const queries = run.facts.figure("effective_queries");
  if (!run.facts.honest || run.facts.interrupted || over == nullptr || queries == nullptr ||
      !(queries->point.value_or(0.0) > 0.0)) {
    return std::nullopt;
  }
  for (const auto& [id, value] : run.start.controls) {
    if (id != control.id && value > 0.0) {
      return std::nullopt;
    }
  }
  double dose = 0.0;
  for (const DoseRecord& delivered : run.facts.doses) {
    if (delivered.knob != control.flag) {
      return std::nullopt;
    }
    if (!delivered.achieved) {
      return std::nullopt;
    }
    dose = *delivered.achieved * (control.unit == "%" ? 100.0 : 1.0);
  }
  return ThresholdLevel{.dose = dose,
                        .effective_trials = *queries->point,
                        .effective_exceedances = std::clamp(*over->point, 0.0, 1.0) * *queries->point};
}

/// A run within the window and one beyond it: a curve through one of them alone would say where the other might lie.
bool brackets(const std::vector<ThresholdLevel>& levels, Percentile percentile) {
  const auto is_over = [&](const ThresholdLevel& level) {
    return level.effective_exceedances > level.effective_trials * percentile.share_above();
  };
  const auto over = static_cast<std::size_t>(std::ranges::count_if(levels, is_over));
  return over > 0 && over < levels.size();
}

void take_fit(ControlThreshold& found, const std::vector<ThresholdLevel>& levels, Percentile percentile) {
  if (brackets(levels, percentile)) {
    const ThresholdFit fit = fit_threshold(levels, percentile);
    found.threshold = fit.threshold;
    found.lower = fit.lower;
    found.upper = fit.upper;
    found.reason = fit.reason;
  } else {
    found.reason = "it takes a run that holds the window and one that does not";
  }
  for (const ThresholdLevel& level : levels) {
    const LevelVerdict verdict = verdict_of(level, percentile);
    if (verdict == LevelVerdict::ok && (!found.highest_ok || level.dose > *found.highest_ok)) {
      found.highest_ok = level.dose;
    }
    if (verdict == LevelVerdict::violated && (!found.lowest_violated || level.dose < *found.lowest_violated)) {
      found.lowest_violated = level.dose;
    }
  }
}

}  // namespace

std::vector<ControlThreshold> control_thresholds(const LabState& state, std::size_t number) {
  const FlowPart& part = state.part(number);
  std::vector<ControlThreshold> found;
  for (const FlowControl& control : part.controls) {
    std::vector<ThresholdLevel> levels;
    bool turned_up = false;
    Percentile percentile = Percentile::of_percent(99.0);
    for (const LabRun* const run : state.evidence(number)) {
      const FlowRun* const what = part.run(run->start.run);
      const bool moves = what != nullptr && std::ranges::find(what->controls, control.id) != what->controls.end();
      if (const auto level = moves ? level_of(*run, control) : std::nullopt) {
        levels.push_back(*level);
        percentile = percentile_of(state.flow(), *what);
        turned_up = turned_up || level->dose > 0.0;
      }
    }
    if (turned_up) {
      found.push_back({.control = control.id, .unit = control.unit, .levels = levels.size()});
      take_fit(found.back(), levels, percentile);
    }
  }
  return found;
}

std::optional<FleetEvidenceRun> fleet_of(const LabState& state, std::size_t part) {
  constexpr std::uint64_t kFleet = 1000;
  constexpr double kGoal = 0.01;
  constexpr double kMostQueries = 1e15;  // beyond, a ledger was made up
  const auto runs = state.evidence(part);
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    const RunFacts& facts = (*run)->facts;
    const EstimateRecord* const over = facts.figure("over_share");
    const EstimateRecord* const queries = facts.figure("queries");
    const EstimateRecord* const effective = facts.figure("effective_queries");
    if (!facts.honest || facts.interrupted || over == nullptr || queries == nullptr || effective == nullptr ||
        !(*queries->point >= 1.0 && *queries->point <= kMostQueries) || !(*effective->point > 0.0)) {
      continue;
    }
    FleetEvidence evidence{
        .over = static_cast<std::uint64_t>(std::llround(std::clamp(*over->point, 0.0, 1.0) * *queries->point)),
        .count = static_cast<std::uint64_t>(*queries->point),
        .effective_sample_size = std::min(*effective->point, *queries->point)};
    if (const EstimateRecord* const correlation = facts.figure("over_autocorrelation"); correlation != nullptr) {
      evidence.autocorrelation = correlation->point;
    }
    return FleetEvidenceRun{
        .run_file = (*run)->file, .risk = fleet_risk(evidence), .needed_share_1000 = needed_share(kGoal, kFleet)};
  }
  return std::nullopt;
}

}  // namespace assay
