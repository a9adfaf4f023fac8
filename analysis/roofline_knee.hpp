#pragma once

#include <optional>
#include <span>
#include <string>

namespace assay {

/// One setting of the dial of intensity, in natural logarithms.
struct KneePoint {
  double log_intensity = 0.0;  ///< flop/byte
  double log_rate = 0.0;       ///< flop/s
};

/// attainable(I) = (pi^-p + (beta I)^-p)^(-1/p): a slope beta and a roof pi that meet in a round knee. p to infinity is
/// the hard min(pi, beta I); at the ridge a machine of p = 2 reaches 71 % of the roof, of p = 5 87 %.
struct Knee {
  double log_pi = 0.0;    ///< flop/s
  double log_beta = 0.0;  ///< byte/s
  double p = 1.0;

  [[nodiscard]] double log_ridge() const { return log_pi - log_beta; }  ///< flop/byte
  [[nodiscard]] double log_attainable(double log_intensity) const;
  [[nodiscard]] double log_hard(double log_intensity) const;  ///< min(pi, beta I)
};

/// How far the points lie from a curve: the mean of |log measured - log curve|.
[[nodiscard]] double mean_log_error(const Knee& knee, std::span<const KneePoint> points);
[[nodiscard]] double mean_log_error_hard(const Knee& knee, std::span<const KneePoint> points);

inline constexpr double kLeastP = 1.0;
inline constexpr double kLargestP = 20.0;  ///< the knee is 3 % below the hard roof: rounder is not told from hard

/// A knee, or the reason why the points carry none.
struct KneeFit {
  std::optional<Knee> knee;
  std::string reason;
};

/// For each p, beta and pi are the medians (least absolute deviation) of the points below 0.75 and above 1.25 of the
/// ridge, each corrected for what the knee takes at its place; p is the one with the least mean |log error| over all
/// points, by a coarse grid and then halving steps. Where a side has no such point, its outermost one is used. At least
/// one point is needed on either side of the ridge and four in all.
[[nodiscard]] KneeFit fit_knee(std::span<const KneePoint> points);

/// The same for a resample of points that `start` fits: only p near start's is searched, which is several times faster.
[[nodiscard]] std::optional<Knee> refit_knee(std::span<const KneePoint> points, const Knee& start);

}  // namespace assay
