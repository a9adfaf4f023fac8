#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"

namespace assay {

/// With fewer, nothing is said of a machine: five values barely tell how far apart machines lie.
inline constexpr std::size_t kFewestSiblings = 5;

/// A smaller difference is no fault that somebody would look for.
inline constexpr double kPracticalDifference = 0.03;

/// What a machine's figure is beside those of machines that should give the same.
struct SiblingComparison {
  std::size_t siblings = 0;
  double median = 0.0;     ///< of the siblings
  double deviation = 0.0;  ///< their median absolute deviation (MAD)
  double limit = 0.0;      ///< the distance from the median that has to be exceeded
  /// Share by which the machine's figure is above the median, below 0: below it. Its interval spans from the worst ends
  /// of the machine's own interval and that of the median, each of 95 %, so that both hold with 90 % at least.
  EstimateRecord difference;
  bool stands_out = false;
};

/// So many MADs from the median does the farthest of siblings + 1 equal machines lie in 1 % of all figures, where noise
/// is normal. Never below 5.
[[nodiscard]] double outlier_factor(std::size_t siblings);

/// Each figure against all others; every one has a point. A machine stands out where it has kFewestSiblings and lies
/// farther from their median than outlier_factor() MADs and than kPracticalDifference, and its own interval, where it
/// has one, does not hold the median. One result for each figure, in their order.
[[nodiscard]] std::vector<SiblingComparison> compare_siblings(std::span<const EstimateRecord> figures);

}  // namespace assay
