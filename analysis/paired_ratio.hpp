#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace assay {

/// The same quantity, measured one after the other in two ways; both positive.
struct ValuePair {
  double a = 0.0;
  double b = 0.0;
};

/// B over A from pairs: the geometric mean of their ratios, with Student's interval (n - 1 degrees of freedom) for the
/// mean of their logarithms. Logarithms, because a ratio of 2 and one of 1/2 are equally far from "the same".
struct PairedRatio {
  static constexpr double kConfidence = 0.95;
  static constexpr std::uint64_t kMostPairs = 1000;
  /// What differs by less is nobody's reason to change a system.
  static constexpr double kRelevant = 1.03;

  std::uint64_t pairs = 0;
  double ratio = 1.0;
  std::optional<double> lower;  ///< absent with fewer than two pairs
  std::optional<double> upper;
  /// How many more pairs would show a relevant difference if it and the spread stayed as they are; absent where it is
  /// shown, where the ratio itself is not relevant, where one pair says nothing of a spread, and beyond kMostPairs.
  std::optional<std::uint64_t> more_pairs;

  /// The interval excludes 1.
  [[nodiscard]] bool shown() const { return (lower && *lower > 1.0) || (upper && *upper < 1.0); }
  /// The interval lies beyond kRelevant, or below its inverse.
  [[nodiscard]] bool relevant() const { return (lower && *lower > kRelevant) || (upper && *upper < 1.0 / kRelevant); }
  /// The interval lies between the two.
  [[nodiscard]] bool negligible() const { return lower && upper && *lower > 1.0 / kRelevant && *upper < kRelevant; }
};

/// Throws std::invalid_argument without a pair, or if a value is not positive and finite.
[[nodiscard]] PairedRatio paired_ratio(std::span<const ValuePair> pairs);

}  // namespace assay
