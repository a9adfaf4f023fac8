#include "analysis/fleet_risk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "analysis/binomial_interval.hpp"

namespace assay {
namespace {

/// The upper end of a two-sided 90 % interval is the one-sided 95 % limit.
constexpr double kTwoSidedConfidence = 0.90;
constexpr std::array<std::uint64_t, 4> kFleets = {1, 10, 100, 1000};

void require_probability(double value, const char* what) {
  if (!(value >= 0.0 && value <= 1.0)) {
    throw std::invalid_argument(fmt::format("{} {}: must be from 0 to 1", what, value));
  }
}

}  // namespace

double fleet_failure_probability(double device_share, std::uint64_t devices) {
  require_probability(device_share, "share");
  if (devices == 0) {
    return 0.0;
  }
  return -std::expm1(static_cast<double>(devices) * std::log1p(-device_share));
}

std::optional<std::uint64_t> devices_for_probability(const FleetGoal& goal) {
  require_probability(goal.device_share, "share");
  require_probability(goal.fleet_probability, "probability");
  if (goal.fleet_probability == 0.0) {
    return 0;
  }
  if (goal.device_share == 1.0) {
    return 1;
  }
  constexpr double kMostDevices = 1e18;
  const double devices = std::ceil(std::log1p(-goal.fleet_probability) / std::log1p(-goal.device_share));
  return devices <= kMostDevices ? std::optional(static_cast<std::uint64_t>(devices)) : std::nullopt;
}

double needed_share(double fleet_probability, std::uint64_t devices) {
  require_probability(fleet_probability, "probability");
  if (devices == 0) {
    throw std::invalid_argument("a fleet of 0 devices: must be at least 1");
  }
  return -std::expm1(std::log1p(-fleet_probability) / static_cast<double>(devices));
}

std::optional<double> autocorrelation_of_exceedance(std::span<const std::int64_t> in_time_order, Nanoseconds limit,
                                                    std::size_t lag) {
  const std::size_t n = in_time_order.size();
  const auto is_over = [limit](std::int64_t value) { return value > limit.count(); };
  const auto over = static_cast<std::size_t>(std::ranges::count_if(in_time_order, is_over));
  if (over == 0 || over == n || n <= lag) {
    return std::nullopt;
  }
  const double mean = static_cast<double>(over) / static_cast<double>(n);
  double products = 0.0;
  for (std::size_t i = 0; i + lag < n; ++i) {
    products +=
        ((is_over(in_time_order[i]) ? 1.0 : 0.0) - mean) * ((is_over(in_time_order[i + lag]) ? 1.0 : 0.0) - mean);
  }
  return products / (static_cast<double>(over) * (1.0 - mean));
}

FleetEvidence fleet_evidence(const LatencyDistribution& distribution, const PercentileLimit& window) {
  const WindowShare share = window_share(distribution, window, kTwoSidedConfidence);
  return {.over = distribution.count_over(window.limit),
          .count = distribution.count(),
          .effective_sample_size = share.effective_sample_size,
          .autocorrelation = autocorrelation_of_exceedance(distribution.in_time_order(), window.limit)};
}

FleetRisk fleet_risk(const FleetEvidence& evidence) {
  const auto count = static_cast<double>(evidence.count);
  const double effective = evidence.effective_sample_size;
  if (evidence.over > evidence.count || !(effective > 0.0 && effective <= count)) {
    throw std::invalid_argument(
        fmt::format("{} of {} over the limit, worth {} independent ones: must not exceed the "
                    "count, and some must have been observed",
                    evidence.over, evidence.count, effective));
  }
  FleetRisk risk{.evidence = evidence, .share = static_cast<double>(evidence.over) / count};
  // Rounding must not lift the successes above the trials.
  const double successes = std::min(effective, risk.share * effective);
  risk.share_upper = clopper_pearson({.successes = successes, .trials = effective}, kTwoSidedConfidence).upper;
  std::ranges::transform(kFleets, risk.rows.begin(), [&risk](std::uint64_t devices) {
    return FleetRow{.devices = devices,
                    .point = fleet_failure_probability(risk.share, devices),
                    .upper = fleet_failure_probability(risk.share_upper, devices)};
  });
  risk.even_odds = devices_for_probability({.device_share = risk.share});
  risk.even_odds_upper = devices_for_probability({.device_share = risk.share_upper});
  return risk;
}

}  // namespace assay
