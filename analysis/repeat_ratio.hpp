#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "analysis/estimate_record.hpp"

namespace assay {

/// The centre of a figure over repeats of a run: the geometric mean, with Student's interval for the mean of the
/// logarithms. It says how runs differ, which no interval from within one run can. Without limits, and with the reason,
/// for fewer than two; without a point for none. Values must be positive and finite: std::invalid_argument.
[[nodiscard]] EstimateRecord repeats_estimate(std::span<const double> values);

/// B over A of a figure that was measured in repeats on two systems, each on its own.
struct RepeatRatio {
  static constexpr double kConfidence = 0.95;
  static constexpr std::uint64_t kMostRepeats = 1000;

  EstimateRecord ratio;
  /// How many more repeats on each side would put `against` outside of the interval if the ratio and the spreads stayed
  /// as they are. 0 where it is outside already; absent where that cannot be told or takes more than kMostRepeats.
  std::optional<std::uint64_t> more_repeats;
};

/// Welch's interval for the difference of the means of the logarithms: the two systems need not spread alike. Its
/// limits are absent where a side has fewer than two repeats. Throws as repeats_estimate(), and without a value.
[[nodiscard]] RepeatRatio repeat_ratio(std::span<const double> a, std::span<const double> b, double against = 1.0);

}  // namespace assay
