#include "scenarios/serving/serving_result.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "analysis/run_distributions.hpp"
#include "analysis/window_share.hpp"

namespace assay {

namespace {

bool within(const QueryRecord& query, const TestSettings& settings) {
  if (!query.completed()) {
    return false;
  }
  if (settings.target_first_token &&
      (query.first_token_ns == QueryRecord::kUnset ||
       Nanoseconds{query.first_token_ns - query.scheduled_ns} > *settings.target_first_token)) {
    return false;
  }
  if (settings.target_token_time && query.token_count >= 2) {
    const auto gaps = static_cast<std::int64_t>(query.token_count) - 1;
    return Nanoseconds{(query.completed_ns - query.first_token_ns) / gaps} <= *settings.target_token_time;
  }
  return true;
}

EstimateRecord share_of(const LatencyDistribution& distribution, const TestSettings& settings, Nanoseconds limit) {
  constexpr double kConfidence = 0.95;
  const auto percentile = Percentile::of_parts_per_million(settings.target_percentile_ppm);
  const WindowShare share = window_share(distribution, {.percentile = percentile, .limit = limit}, kConfidence);
  return {.point = share.within,
          .lower = share.interval.lower,
          .upper = share.interval.upper,
          .confidence = kConfidence,
          .reason = {}};
}

void fill_shares(ServingRecord& record, const TestResult& result) {
  const TestSettings& settings = result.settings;
  const RunDistributions distributions = distributions_of(result);
  if (settings.target_first_token && distributions.first_token && distributions.first_token->count() > 0) {
    record.ttft_met_share = share_of(*distributions.first_token, settings, *settings.target_first_token);
  }
  if (settings.target_token_time && distributions.token_time && distributions.token_time->count() > 0) {
    record.tpot_met_share = share_of(*distributions.token_time, settings, *settings.target_token_time);
  }
}

/// Requests and tokens within the windows, over the time to the last completion.
void fill_goodput(ServingRecord& record, const TestResult& result) {
  const TestSettings& settings = result.settings;
  if (settings.target_first_token) {
    record.ttft_limit_s = seconds(*settings.target_first_token);
  }
  if (settings.target_token_time) {
    record.tpot_limit_s = seconds(*settings.target_token_time);
  }
  const bool windows = settings.target_first_token || settings.target_token_time;
  std::int64_t last_ns = 0;
  std::uint64_t good = 0;
  std::uint64_t good_tokens = 0;
  for (const QueryRecord& query : result.records) {
    last_ns = query.completed() ? std::max(last_ns, query.completed_ns) : last_ns;
    if (within(query, settings)) {
      ++good;
      good_tokens += query.token_count;
    }
  }
  if (!windows || last_ns <= 0) {
    record.not_available["goodput"] = windows ? "nothing completed" : "no window was asked for; --ttft, --tpot";
    return;
  }
  const double time_s = static_cast<double>(last_ns) * 1e-9;
  record.goodput_requests_per_s = static_cast<double>(good) / time_s;
  record.goodput_tokens_per_s = static_cast<double>(good_tokens) / time_s;
  record.within_windows_share = static_cast<double>(good) / static_cast<double>(result.records.size());
}

void fill_costs(ServingRecord& record, const RunDocument& document) {
  const double tokens_per_s = record.run.duration_s > 0.0 ? record.run.tokens / record.run.duration_s : 0.0;
  // The widest boundary that was measured: counters of parts of a package must not be added to it.
  double watts = 0.0;
  if (document.soak) {
    for (const EnergyRecord& energy : document.soak->energy) {
      if (energy.mean_power_w > watts) {
        watts = energy.mean_power_w;
        record.energy_of = energy.boundary;
      }
    }
  }
  if (watts > 0.0 && tokens_per_s > 0.0) {
    record.joules_per_token = watts / tokens_per_s;
  } else {
    record.not_available["joules_per_token"] = document.soak && !document.soak->no_energy.empty()
                                                   ? document.soak->no_energy
                                               : document.soak ? "no energy counter gave a reading"
                                                               : "no energy was measured; --soak reads the sensors";
  }
  constexpr double kSecondsOfHour = 3600.0;
  constexpr double kMillion = 1e6;
  if (record.price_per_hour && tokens_per_s > 0.0) {
    record.dollars_per_million_tokens = *record.price_per_hour / kSecondsOfHour / tokens_per_s * kMillion;
  } else {
    record.not_available["dollars_per_million_tokens"] =
        record.price_per_hour ? "no token came out" : "no price was given; --price-per-hour";
  }
}

}  // namespace

void require_feasible(const Workload& workload, const TestSettings& settings) {
  if (settings.scenario != Scenario::server) {
    return;
  }
  if (const std::string why = workload.infeasible(settings); !why.empty()) {
    throw std::invalid_argument(why);
  }
}

void record_serving(RunDocument& document, const TestResult& result, std::optional<ServingRecord> record) {
  if (!record) {
    return;
  }
  if (record->run.product_utilisation > 1.0 || record->run.bandwidth_utilisation > 1.0) {
    document.warnings.emplace_back(
        "the decoder was faster than a ceiling of its own warm-up: the machine was busy then, or another kernel is the "
        "better ceiling; U_T, MBU and the waterfall of this run mislead (assay doctor, then repeat)");
  }
  fill_goodput(*record, result);
  fill_shares(*record, result);
  fill_costs(*record, document);
  document.serving = std::move(record);
}

}  // namespace assay
