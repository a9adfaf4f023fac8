#include "lab/track_lever_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/track_judges.hpp"

namespace assay {

namespace {

/// Neighbouring rates of the bracket differ by less than this in the end, if the probes reach so far.
constexpr double kResolution = 0.1;
/// Few probes decide far from the peak and none at it: the first is far below what is forecast, so that it holds, the
/// second so far above it that the window breaks though the queue has but seconds to grow. Simulated with forecasts
/// from 0.3 to 3 times the peak, one slot and sixteen (LeverSearch.BracketsThePeakThoughTheForecastIsFarOff): growing
/// by 1.5 from 0.4 of the forecast, in six probes, left 80 and 62 % of the searches without an end; these settings
/// leave 4 and 2 %. Twice the forecast, or two and a half times, are still undecided too often. Without a forecast the
/// first rate is a share of Offline that some schedulers hold.
constexpr double kEasyShare = 0.4;
constexpr double kBreakingShare = 3.0;
constexpr double kBlindStart = 0.3;
constexpr double kGrowth = 2.0;
constexpr double kLowestShare = 1e-3;
/// An engine that completes so much less than it gets breaks its window in a few seconds, whatever the lever.
constexpr double kHighestShare = 1.5;

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

PeakSearchSettings lever_search_settings(const LeverQuestion& question) {
  const double lowest = kLowestShare * question.offline_rate_hz;
  const double highest = kHighestShare * question.offline_rate_hz;
  const bool known = question.forecast && question.forecast->rate_hz > 0.0;
  const double start = known ? kEasyShare * question.forecast->rate_hz : kBlindStart * question.offline_rate_hz;
  PeakSearchSettings settings{.start_rate_hz = std::clamp(start, lowest, question.offline_rate_hz),
                              .lowest_rate_hz = lowest,
                              .highest_rate_hz = highest,
                              .growth = kGrowth,
                              .breaking_rate_hz = std::nullopt,
                              .resolution = kResolution,
                              .most_probes = question.most_probes,
                              .percentile = question.percentile};
  if (known) {
    settings.breaking_rate_hz = std::min(kBreakingShare * question.forecast->rate_hz, highest);
  }
  return settings;
}

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
  PeakSearch search(lever_search_settings(question));
  return make_probes(
      search, [&](double rate) { return probe_rate(step, rung, search, measure, rate); },
      [&] {
        const PeakEstimate estimate = search.estimate();
        rung.held_hz = estimate.held_hz;
        rung.broke_hz = estimate.broke_hz;
        rung.doubt = estimate.reason;
        take(std::move(rung));
      });
}

}  // namespace assay
