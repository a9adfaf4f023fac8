#include "analysis/run_window_share.hpp"

#include <stdexcept>

#include "analysis/binomial_interval.hpp"
#include "analysis/estimate_record.hpp"

namespace assay {
namespace {

/// The number of trials behind an exact interval: the run file keeps the interval, and it shrinks steadily as trials
/// are added, so that bisection finds the one number that gives it.
double trials_behind(double within, const ShareInterval& interval, std::uint64_t most) {
  constexpr int kSteps = 60;
  const bool by_lower = within > 0.0;
  double few = 0.0;
  auto many = static_cast<double>(most);
  for (int step = 0; step < kSteps; ++step) {
    const double trials = (few + many) / 2.0;
    const ShareInterval found = clopper_pearson({.successes = within * trials, .trials = trials}, kUsualConfidence);
    const bool wider = by_lower ? found.lower < interval.lower : found.upper > interval.upper;
    (wider ? few : many) = trials;
  }
  return (few + many) / 2.0;
}

}  // namespace

WindowShare recorded_window_share(const RunDocument& run) {
  if (!run.slo_s) {
    throw std::invalid_argument("the run has no latency window");
  }
  WindowShare share;
  if (run.latency.count == 0 || !run.slo_met_share) {
    share.interval = {.lower = 0.0, .upper = 0.0};
    return share;
  }
  share = {
      .within = run.slo_met_share->point.value_or(0.0),
      .interval = {.lower = run.slo_met_share->lower.value_or(0.0), .upper = run.slo_met_share->upper.value_or(1.0)}};
  share.effective_sample_size = trials_behind(share.within, share.interval, run.latency.count);
  return share;
}

std::optional<TokenWindowShare> recorded_token_share(const RunDocument& run) {
  std::optional<TokenWindowShare> worse;
  const auto consider = [&](const std::optional<double>& limit, const std::optional<EstimateRecord>& met,
                            const std::optional<LatencyRecord>& latency) {
    if (!limit) {
      return;
    }
    TokenWindowShare one;
    if (met && latency && latency->count > 0) {
      one.share = {.within = met->point.value_or(0.0),
                   .interval = {.lower = met->lower.value_or(0.0), .upper = met->upper.value_or(1.0)}};
      one.share.effective_sample_size = trials_behind(one.share.within, one.share.interval, latency->count);
      const auto tail = latency->percentiles_s.find(Percentile::of_percent(100.0 * run.percentile).name());
      one.tail_s = tail == latency->percentiles_s.end() ? std::nullopt : tail->second.point;
    } else {
      one.share.interval = {.lower = 0.0, .upper = 0.0};
    }
    if (!worse || one.share.interval.lower < worse->share.interval.lower) {
      worse = one;
    }
  };
  if (run.serving) {
    consider(run.serving->ttft_limit_s, run.serving->ttft_met_share, run.first_token);
    consider(run.serving->tpot_limit_s, run.serving->tpot_met_share, run.token_time);
  }
  return worse;
}

}  // namespace assay
