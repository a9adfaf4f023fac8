#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "analysis/latency_distribution.hpp"
#include "analysis/window_share.hpp"
#include "harness/time.hpp"

namespace assay {

/// Probability that at least one of `devices` fails, each with probability `device_share` and independently of the
/// others: 1 - (1 - p)^N. All of these keep their digits for shares down to 10^-300.
[[nodiscard]] double fleet_failure_probability(double device_share, std::uint64_t devices);

/// How likely a single device fails, and how likely one failure in the fleet is to be.
struct FleetGoal {
  double device_share = 0.0;
  double fleet_probability = 0.5;
};

/// Fewest devices at which a failure in the fleet is at least that likely: ln(1 - P) / ln(1 - p), rounded up. Even odds
/// at 1 %: 69 devices, at 0.1 %: 693. Absent where no number is enough (p = 0).
[[nodiscard]] std::optional<std::uint64_t> devices_for_probability(const FleetGoal& goal);

/// The share that each of `devices` may fail with if the fleet is to fail with `fleet_probability`:
/// 1 - (1 - P)^(1 / N). 1 % at 100 devices needs 1.0e-4.
[[nodiscard]] double needed_share(double fleet_probability, std::uint64_t devices);

/// Autocorrelation at a lag of the indicator [value > limit] of a series in time order: near 0 where slow queries come
/// alone, near 1 where they come in bursts. Absent where all or none are over, or the series is not longer than the
/// lag.
[[nodiscard]] std::optional<double> autocorrelation_of_exceedance(std::span<const std::int64_t> in_time_order,
                                                                  Nanoseconds limit, std::size_t lag = 1);

/// What a run tells about the share of queries over a limit.
struct FleetEvidence {
  std::uint64_t over = 0;
  std::uint64_t count = 0;
  double effective_sample_size = 0.0;          ///< at most count
  std::optional<double> autocorrelation = {};  ///< of the indicator, at lag 1
};

/// Throws std::invalid_argument if nothing was observed.
[[nodiscard]] FleetEvidence fleet_evidence(const LatencyDistribution& distribution, const PercentileLimit& window);

/// Probability of at least one query over the limit when each of `devices` serves one.
struct FleetRow {
  std::uint64_t devices = 0;
  double point = 0.0;
  double upper = 1.0;
};

/// What the share of slow queries means for a fleet. `upper` is the one-sided 95 % limit of Clopper and Pearson on the
/// effective counts: none of 1000 over the limit leaves up to 0.3 %, which is 26 % at 100 devices. Assumes independent
/// devices: what slows all of them at once makes failures rarer, and worse.
struct FleetRisk {
  FleetEvidence evidence;
  double share = 0.0;
  double share_upper = 1.0;
  std::array<FleetRow, 4> rows;                  ///< of 1, 10, 100 and 1000 devices
  std::optional<std::uint64_t> even_odds;        ///< devices at which failure is as likely as not; absent for share 0
  std::optional<std::uint64_t> even_odds_upper;  ///< the same, were the share at its upper limit: fewer devices
};

/// Throws std::invalid_argument unless over <= count, count > 0 and 0 < effective_sample_size <= count.
[[nodiscard]] FleetRisk fleet_risk(const FleetEvidence& evidence);

}  // namespace assay
