#include "lab/track_lever_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "analysis/track_judges.hpp"

namespace assay {

namespace {

/// Neighbouring rates of the bracket differ by less than this in the end, if the probes reach so far.
constexpr double kResolution = 0.1;
/// Few probes decide far from the peak and none at it: the first is far below what is forecast, so that it holds, and
/// after a rate that decides nothing the search goes farther up: six probes bracket a forecast that is right. Without
/// one, the second share of Offline is a rate that some schedulers hold.
constexpr double kEasyShare = 0.4;
constexpr double kBlindStart = 0.3;
constexpr double kGrowth = 1.5;
constexpr double kLowestShare = 1e-3;
constexpr double kHighestShare = 1.2;

double start_rate(const LeverQuestion& question) {
  const bool known = question.forecast && question.forecast->rate_hz > 0.0;
  const double rate = known ? kEasyShare * question.forecast->rate_hz : kBlindStart * question.offline_rate_hz;
  return std::clamp(rate, kLowestShare * question.offline_rate_hz, question.offline_rate_hz);
}

bool probe_rate(const TrackStep& step, LadderRung& rung, PeakSearch& search, const MeasureProbe& measure, double rate) {
  RunOptions run = step.run;
  run.set("rate", fmt::format("{}", rate));
  const auto measured = measure(run, fmt::format("{}-{}", step.definition.id, rung.probes.size() + 1),
                                fmt::format("{}: {:.3g} requests/s", step.definition.title, rate));
  if (!measured) {
    return false;
  }
  PeakProbe probe = probe_of(measured->document);
  probe.rate_hz = rate;
  const bool ignored = !decides(measured->kept) || !measured->kept.figures.serving;
  if (ignored) {  // it is asked again, and decides nothing
    probe.share = {.within = 0.0, .interval = {.lower = 0.0, .upper = 1.0}, .effective_sample_size = 0.0};
  }
  search.record(probe);
  rung.probes.push_back({.rate_hz = rate,
                         .outcome = search.probes().back().outcome,
                         .ignored = ignored,
                         .figures = measured->kept.figures.serving.value_or(ServingFigures{}),
                         .file = measured->kept.file});
  return true;
}

}  // namespace

std::string changed_flags(const TrackStepDefinition* before, const TrackStepDefinition& step) {
  std::vector<std::string> texts;
  for (const auto& [flag, value] : step.flags) {
    if (flag == "scenario") {
      continue;
    }
    const bool same = before != nullptr && before->flags.contains(flag) && before->flags.find(flag)->second == value;
    if (!same) {
      texts.push_back(value == "true" ? "--" + flag : fmt::format("--{} {}", flag, value));
    }
  }
  return fmt::format("{}", fmt::join(texts, " "));
}

bool search_lever(const TrackStep& step, const LeverQuestion& question, const MeasureProbe& measure,
                  const std::function<void(LadderRung)>& take) {
  LadderRung rung;
  rung.step = step.definition.id;
  rung.title = step.definition.title;
  rung.flags = question.flags;
  rung.mlperf_closed = step.definition.not_closed.empty();
  rung.closed_note = step.definition.not_closed;
  rung.forecast = question.forecast;
  rung.forecast_note = question.forecast_note;
  PeakSearch search({.start_rate_hz = start_rate(question),
                     .lowest_rate_hz = kLowestShare * question.offline_rate_hz,
                     .highest_rate_hz = kHighestShare * question.offline_rate_hz,
                     .growth = kGrowth,
                     .resolution = kResolution,
                     .most_probes = question.most_probes,
                     .percentile = question.percentile});
  const auto finish = [&] {
    const PeakEstimate estimate = search.estimate();
    rung.held_hz = estimate.held_hz;
    rung.broke_hz = estimate.broke_hz;
    rung.doubt = estimate.reason;
    take(std::move(rung));
  };
  try {
    while (const auto rate = search.next_rate()) {
      if (!probe_rate(step, rung, search, measure, *rate)) {
        finish();
        return false;
      }
    }
  } catch (const std::exception&) {
    finish();  // the probes so far are kept
    throw;
  }
  finish();
  return true;
}

}  // namespace assay
