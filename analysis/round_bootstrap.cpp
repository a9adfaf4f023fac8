#include "analysis/round_bootstrap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

#include "harness/random_bits.hpp"

namespace assay {
namespace {

/// Uniform in [0, bound) from 32 random bits. Its bias is below bound / 2^32, far under what a thousand draws resolve.
std::size_t below(std::uint32_t bits, std::size_t bound) {
  return static_cast<std::size_t>((std::uint64_t{bits} * bound) >> 32U);
}

/// The samples of a round by their place in the ascending order of all values.
using RoundRanks = std::vector<std::vector<std::uint32_t>>;

struct Sorted {
  std::vector<double> logs;  ///< ascending
  RoundRanks rounds;
};

Sorted sorted(std::span<const RoundValue> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a].value < values[b].value; });
  Sorted result;
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_round;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    by_round[values[order[rank]].round].push_back(static_cast<std::uint32_t>(rank));
    result.logs.push_back(std::log(values[order[rank]].value));
  }
  for (auto& [round, ranks] : by_round) {
    result.rounds.push_back(std::move(ranks));
  }
  return result;
}

/// How often each rank was drawn. Returns the number of samples drawn.
std::uint64_t resample(const Sorted& from, std::uint64_t round_seed, RandomBits& random,
                       std::vector<std::uint32_t>& times) {
  std::fill(times.begin(), times.end(), 0U);
  std::uint64_t total = 0;
  std::uint64_t bits = 0;
  bool half_left = false;
  for (std::size_t i = 0; i < from.rounds.size(); ++i) {
    const auto round_bits = static_cast<std::uint32_t>(split_mix(round_seed + i) >> 32U);
    const auto& ranks = from.rounds[below(round_bits, from.rounds.size())];
    for (std::size_t k = 0; k < ranks.size(); ++k) {
      bits = half_left ? bits >> 32U : random.bits();
      half_left = !half_left;
      ++times[ranks[below(static_cast<std::uint32_t>(bits), ranks.size())]];
    }
    total += ranks.size();
  }
  return total;
}

}  // namespace

std::size_t round_count(std::span<const RoundValue> values) {
  std::vector<std::uint32_t> rounds;
  for (const RoundValue& value : values) {
    rounds.push_back(value.round);
  }
  std::sort(rounds.begin(), rounds.end());
  return static_cast<std::size_t>(std::unique(rounds.begin(), rounds.end()) - rounds.begin());
}

double value_at(Percentile percentile, std::span<const RoundValue> values) {
  if (values.empty()) {
    throw std::logic_error("a percentile of no samples was asked for");
  }
  std::vector<double> all;
  for (const RoundValue& value : values) {
    all.push_back(value.value);
  }
  const auto place = all.begin() + static_cast<std::ptrdiff_t>(percentile.rank(all.size()) - 1);
  std::nth_element(all.begin(), place, all.end());
  return *place;
}

std::vector<std::vector<double>> RoundBootstrap::log_percentiles(std::span<const RoundValue> values,
                                                                 std::span<const Percentile> percentiles,
                                                                 std::uint64_t stream) const {
  std::vector<std::vector<double>> draws(percentiles.size());
  const Sorted from = sorted(values);
  if (from.rounds.size() < static_cast<std::size_t>(std::max(1, plan_.fewest_rounds))) {
    return draws;
  }
  RandomBits random(split_mix(plan_.seed ^ split_mix(stream + 1)));
  std::vector<std::uint32_t> times(values.size());
  for (int draw = 0; draw < plan_.draws; ++draw) {
    const std::uint64_t round_seed = split_mix(plan_.seed + static_cast<std::uint64_t>(draw));
    const std::uint64_t total = resample(from, round_seed, random, times);
    std::uint64_t drawn = 0;
    std::size_t next = 0;  // percentiles ascend
    for (std::size_t rank = 0; rank < times.size() && next < percentiles.size(); ++rank) {
      drawn += times[rank];
      while (next < percentiles.size() && drawn >= percentiles[next].rank(total)) {
        draws[next++].push_back(from.logs[rank]);
      }
    }
  }
  return draws;
}

EstimateRecord RoundBootstrap::estimate(double point, std::span<const double> log_draws, std::size_t rounds) const {
  EstimateRecord estimate{.point = point, .lower = {}, .upper = {}, .confidence = plan_.confidence, .reason = ""};
  const auto wanted = static_cast<std::size_t>(std::max(2, plan_.fewest_rounds));
  if (rounds < wanted) {
    estimate.reason = fmt::format("{} {} of clean samples: an interval needs {} more", rounds,
                                  rounds == 1 ? "round" : "rounds", wanted - rounds);
    return estimate;
  }
  if (log_draws.size() < 2) {
    estimate.reason = "too few resamples for an interval";
    return estimate;
  }
  const auto n = static_cast<double>(log_draws.size());
  const double mean = std::accumulate(log_draws.begin(), log_draws.end(), 0.0) / n;
  double squares = 0.0;
  for (const double draw : log_draws) {
    squares += (draw - mean) * (draw - mean);
  }
  const auto freedom = static_cast<double>(rounds - 1);
  const boost::math::students_t student(freedom);
  const double t = boost::math::quantile(student, 0.5 + plan_.confidence / 2.0);
  const double half_width = t * std::sqrt(squares / (n - 1.0) * static_cast<double>(rounds) / freedom);
  estimate.lower = point * std::exp(-half_width);
  estimate.upper = point * std::exp(half_width);
  return estimate;
}

}  // namespace assay
