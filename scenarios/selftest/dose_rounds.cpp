#include "scenarios/selftest/dose_rounds.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

namespace assay {

namespace {

DoseEffect effect_of(std::vector<double> values) {
  if (values.empty()) {
    throw std::invalid_argument("the effect of a dose was asked for, of no round");
  }
  std::ranges::sort(values);
  const std::size_t upper = values.size() / 2;
  const std::size_t lower = (values.size() - 1) / 2;
  return {.median = (values[lower] + values[upper]) / 2.0, .least = values.front(), .most = values.back()};
}

}  // namespace

DoseEffect share_taken(std::span<const DoseRound> rounds) {
  std::vector<double> shares;
  shares.reserve(rounds.size());
  for (const DoseRound& round : rounds) {
    shares.push_back(round.lost_with - round.lost_without);
  }
  return effect_of(std::move(shares));
}

DoseEffect seconds_taken_per_event(std::span<const DoseRound> rounds) {
  std::vector<double> lengths;
  lengths.reserve(rounds.size());
  for (const DoseRound& round : rounds) {
    lengths.push_back((round.lost_with - round.lost_without) / std::max(round.booked, 1.0));
  }
  return effect_of(std::move(lengths));
}

double median_lost_without(std::span<const DoseRound> rounds) {
  std::vector<double> shares;
  shares.reserve(rounds.size());
  for (const DoseRound& round : rounds) {
    shares.push_back(round.lost_without);
  }
  return effect_of(std::move(shares)).median;
}

DoseJudgement judge_effect(const DoseEffect& effect, double wanted, double tolerance) {
  if (std::abs(effect.median - wanted) <= tolerance) {
    return DoseJudgement::right;
  }
  const bool all_above = effect.least > wanted + tolerance;
  const bool all_below = effect.most < wanted - tolerance;
  return all_above || all_below ? DoseJudgement::wrong : DoseJudgement::cannot_tell;
}

}  // namespace assay
