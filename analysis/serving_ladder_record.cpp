#include "analysis/serving_ladder_record.hpp"

#include <algorithm>

namespace assay {

namespace {

/// The last probe at the rate for which the search found the outcome. Probes that decide together are each undecided.
const LadderProbe* probe_at(const LadderRung& rung, const std::optional<double>& rate_hz, ProbeOutcome outcome) {
  if (!rate_hz) {
    return nullptr;
  }
  const LadderProbe* found = nullptr;
  for (const LadderProbe& probe : rung.probes) {
    const bool agrees = probe.outcome == outcome || probe.outcome == ProbeOutcome::undecided;
    if (probe.rate_hz == *rate_hz && agrees && !probe.ignored) {
      found = &probe;
    }
  }
  return found;
}

/// What the lowest rate that broke would have been with the answers of the lowest rate that was tried, at which the
/// system kept up best; absent where none broke.
std::optional<double> tokens_that_broke(const LadderRung& rung) {
  const LadderProbe* lowest = nullptr;
  for (const LadderProbe& probe : rung.probes) {
    if (!probe.ignored && probe.rate_hz > 0.0 && (lowest == nullptr || probe.rate_hz < lowest->rate_hz)) {
      lowest = &probe;
    }
  }
  return rung.broke_hz && lowest != nullptr && lowest->figures.tokens_per_s > 0.0
             ? std::optional(lowest->figures.tokens_per_s * *rung.broke_hz / lowest->rate_hz)
             : std::nullopt;
}

bool exceeds(const EstimateRecord& time_s, double limit_s) { return !time_s.point || *time_s.point > limit_s; }

}  // namespace

const LadderProbe* best_probe(const LadderRung& rung) { return probe_at(rung, rung.held_hz, ProbeOutcome::held); }

EstimateRecord peak_tokens(const LadderRung& rung) {
  const LadderProbe* const best = best_probe(rung);
  if (best == nullptr) {
    return {.point = {},
            .lower = {},
            .upper = tokens_that_broke(rung),
            .reason = "no rate that was tried held both windows"};
  }
  EstimateRecord peak{
      .point = best->figures.tokens_per_s, .lower = best->figures.tokens_per_s, .upper = {}, .reason = {}};
  if (rung.broke_hz && best->rate_hz > 0.0) {
    peak.upper = std::max(best->figures.tokens_per_s, best->figures.tokens_per_s * *rung.broke_hz / best->rate_hz);
  } else {
    peak.reason = "no rate that was tried broke a window";
  }
  return peak;
}

std::optional<double> forecast_error(const LadderRung& rung) {
  const EstimateRecord peak = peak_tokens(rung);
  if (!rung.forecast || !peak.point || *peak.point <= 0.0 || rung.forecast->rate_hz <= 0.0) {
    return std::nullopt;
  }
  return rung.forecast->tokens_per_s / *peak.point - 1.0;
}

std::string binding_window(const LadderRung& rung, double ttft_limit_s, double tpot_limit_s) {
  const LadderProbe* const broken = probe_at(rung, rung.broke_hz, ProbeOutcome::broke);
  if (broken == nullptr) {
    return "not known: no probe broke a window";
  }
  const bool first = exceeds(broken->figures.ttft_s, ttft_limit_s);
  const bool further = exceeds(broken->figures.tpot_s, tpot_limit_s);
  if (first && further) {
    return "the time to the first token and the time per token";
  }
  if (first) {
    return "the time to the first token";
  }
  return further ? "the time per token" : "not known: each window by itself holds at its percentile";
}

}  // namespace assay
