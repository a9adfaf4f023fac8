#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace assay {

/// Repeats of one quantity on each of two sides; all positive and finite. No value of one side belongs to one of the
/// other.
struct TwoSamples {
  std::span<const double> a;
  std::span<const double> b;
};

/// B over A: the ratio of the geometric means. Logarithms, because a ratio of 2 and one of 1/2 are equally far from
/// "the same", and because a clock or a neighbour acts as a factor.
struct WelchRatio {
  double log_ratio = 0.0;
  double ratio = 1.0;
  std::uint64_t repeats_a = 0;
  std::uint64_t repeats_b = 0;
  double variance_a = 0.0;  ///< of the logarithms of single repeats; 0 with fewer than two
  double variance_b = 0.0;

  /// Both sides have two repeats, so that their spread can be seen at all.
  [[nodiscard]] bool has_interval() const { return repeats_a >= 2 && repeats_b >= 2; }

  /// Of the logarithm of the ratio. The two sides need not spread alike: Welch, Biometrika 34 (1947), with the degrees
  /// of freedom of Satterthwaite. Throws std::logic_error without an interval.
  [[nodiscard]] double half_width(double confidence) const;
};

/// Throws std::invalid_argument for an empty side and for a value that is not positive and finite.
[[nodiscard]] WelchRatio welch_ratio(const TwoSamples& samples);

/// What a number of repeats is asked for.
struct RepeatsGoal {
  double confidence = 0.95;
  double log_margin = 0.0;  ///< the ratio is to be told from exp(+-log_margin), on whichever side of them it lies
  double power = 0.9;       ///< probability of telling it
  std::uint64_t least = 2;
  static constexpr std::uint64_t kMost = 1000;
};

/// The smallest equal number of repeats on each side that tells the ratio from the margin with that probability, if the
/// ratio and the spreads are what they seem. Nothing beyond kMost: the ratio lies too near to the margin.
[[nodiscard]] std::optional<std::uint64_t> repeats_to_tell(const WelchRatio& seen, const RepeatsGoal& goal);

}  // namespace assay
