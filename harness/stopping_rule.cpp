#include "harness/stopping_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay {

std::optional<std::string> StopAfterTime::reason_to_stop(const SamplingState& state) const {
  if (state.elapsed < limit_) {
    return std::nullopt;
  }
  return fmt::format("time limit of {:g} s", seconds(limit_));
}

std::optional<std::string> StopAfterRepetitions::reason_to_stop(const SamplingState& state) const {
  if (state.clean_values.size() < count_) {
    return std::nullopt;
  }
  return fmt::format("{} clean samples", count_);
}

std::optional<std::string> StopWhenNarrow::reason_to_stop(const SamplingState& state) const {
  const auto n = static_cast<double>(state.clean_values.size());
  constexpr double kHalfWidthInRanks = 0.98;  // 1.96 standard deviations of a binomial of n and 1/2
  const double below = std::floor(n / 2.0 - kHalfWidthInRanks * std::sqrt(n));
  if (state.clean_values.size() < least_ || below < 1.0) {
    return std::nullopt;
  }
  std::vector<double> sorted(state.clean_values.begin(), state.clean_values.end());
  std::ranges::sort(sorted);
  const auto lower_rank = static_cast<std::size_t>(below);
  const double lower = sorted[lower_rank - 1];
  const double upper = sorted[sorted.size() - lower_rank];
  const double median = sorted[sorted.size() / 2];
  const double width = (upper - lower) / median;
  if (width > relative_width_) {
    return std::nullopt;
  }
  return fmt::format("interval of {:.2g} % of the median after {} clean samples", 100.0 * width, sorted.size());
}

std::optional<std::string> StopWhenAny::reason_to_stop(const SamplingState& state) const {
  for (const auto& rule : rules_) {
    if (auto reason = rule->reason_to_stop(state)) {
      return reason;
    }
  }
  return std::nullopt;
}

}  // namespace assay
