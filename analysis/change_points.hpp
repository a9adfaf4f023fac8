#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace assay {

struct ChangePointSettings {
  std::optional<double> penalty = {};  ///< for each change; absent: 15 ln n
  std::size_t shortest = 2;            ///< points in a segment, at least 2
};

/// Points [begin, end) of a series that share a mean and a standard deviation (n in the denominator).
struct Segment {
  std::size_t begin = 0;
  std::size_t end = 0;
  double mean = 0.0;
  double standard_deviation = 0.0;

  [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// The segments between the changes of mean or variance of a series, in order and without gaps: those of which the sum
/// of -2 ln(normal likelihood) plus a penalty for each change is least. Exact, by pruned dynamic programming (PELT:
/// Killick, Fearnhead and Eckley, JASA 107(500), 2012): linear in the number of points where changes keep coming,
/// quadratic where there are none. The default penalty is that of Barrett et al., "Virtual machine warmup blows hot and
/// cold", OOPSLA 2017.
///
/// Standard deviations count as at least 0.1 % of the series' mean (and a millionth of its standard deviation), else
/// a few equal values in a row would be a segment of infinite likelihood. One segment for fewer than twice `shortest`
/// points, none for none. Throws std::invalid_argument for values that are not finite, a negative penalty and a
/// `shortest` below 2.
[[nodiscard]] std::vector<Segment> segments_of(std::span<const double> series,
                                               const ChangePointSettings& settings = {});

/// The cost that segments_of() minimises: each segment's m ln v + S / v, with S the sum of squared deviations from its
/// mean and v = S / m or the least variance, and the penalty for each change.
[[nodiscard]] double segmentation_cost(std::span<const double> series, std::span<const std::size_t> changes,
                                       const ChangePointSettings& settings = {});

}  // namespace assay
