#include "analysis/fleet_outliers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "analysis/percentile_interval.hpp"

namespace assay {

namespace {

struct FactorRow {
  std::size_t siblings;
  double factor;
};

/// The 0.99-quantile, over sets of equal machines with normal noise, of the largest |x - median| / MAD where each is
/// compared with all others: 200,000 sets up to 16 machines, 40,000 up to 64, 1,500 of 1,000. The 5 MADs that are often
/// named would call a machine out in 34 % of all figures of 8 equal machines and in 17 % of those of 24.
constexpr std::array kFactors{FactorRow{5, 46.0},  FactorRow{6, 23.0},  FactorRow{7, 22.0},  FactorRow{8, 15.6},
                              FactorRow{10, 12.7}, FactorRow{13, 11.0}, FactorRow{15, 10.1}, FactorRow{19, 8.8},
                              FactorRow{23, 8.3},  FactorRow{31, 7.5},  FactorRow{47, 7.0},  FactorRow{63, 6.8}};

/// Above so many machines, whether one is left out of the median or not changes nothing, and leaving each out in turn
/// would take quadratic time.
constexpr std::size_t kMostLeftOut = 256;

double middle_of(std::vector<double>& values) {
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), half, values.end());
  if (values.size() % 2 == 1) {
    return *half;
  }
  return 0.5 * (*half + *std::max_element(values.begin(), half));
}

/// What is known of a set of siblings.
struct Centre {
  std::size_t count = 0;
  double median = 0.0;
  double deviation = 0.0;
  EstimateRecord interval;  ///< of the median
};

Centre centre_of(std::vector<double> values) {
  Centre centre{.count = values.size()};
  if (values.empty()) {
    return centre;
  }
  centre.median = middle_of(values);
  const auto count = static_cast<std::uint64_t>(values.size());
  const PercentileRanks ranks = percentile_ranks(Percentile::of_parts_per_million(500'000),
                                                 {.count = count, .effective = static_cast<double>(count)}, 0.95);
  centre.interval.reason = ranks.reason;
  std::ranges::sort(values);
  if (ranks.lower && ranks.upper) {
    centre.interval.lower = values.at(*ranks.lower - 1);
    centre.interval.upper = values.at(*ranks.upper - 1);
  }
  for (double& value : values) {
    value = std::abs(value - centre.median);
  }
  centre.deviation = middle_of(values);
  return centre;
}

/// The figures without the one at `left_out`.
std::vector<double> others(std::span<const EstimateRecord> figures, std::size_t left_out) {
  std::vector<double> values;
  values.reserve(figures.size());
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (i != left_out) {
      values.push_back(figures[i].point.value());
    }
  }
  return values;
}

EstimateRecord difference_of(const EstimateRecord& figure, const Centre& centre) {
  EstimateRecord difference{.confidence = 0.90};
  if (centre.count == 0 || centre.median == 0.0) {
    difference.reason = "there is nothing to compare with";
    return difference;
  }
  difference.point = *figure.point / centre.median - 1.0;
  if (!figure.lower || !figure.upper) {
    difference.reason = "the figure has no interval; repeat it";
  } else if (!centre.interval.lower || *centre.interval.lower <= 0.0) {
    difference.reason = "the median of so few machines has no interval";
  } else {
    difference.lower = *figure.lower / *centre.interval.upper - 1.0;
    difference.upper = *figure.upper / *centre.interval.lower - 1.0;
  }
  return difference;
}

SiblingComparison comparison_of(const EstimateRecord& figure, const Centre& centre) {
  SiblingComparison comparison{.siblings = centre.count,
                               .median = centre.median,
                               .deviation = centre.deviation,
                               .difference = difference_of(figure, centre)};
  if (centre.count < kFewestSiblings) {
    return comparison;
  }
  comparison.limit =
      std::max(outlier_factor(centre.count) * centre.deviation, kPracticalDifference * std::abs(centre.median));
  const bool holds_median =
      figure.lower && figure.upper && *figure.lower <= centre.median && centre.median <= *figure.upper;
  comparison.stands_out = !holds_median && std::abs(*figure.point - centre.median) > comparison.limit;
  return comparison;
}

}  // namespace

double outlier_factor(std::size_t siblings) {
  double factor = kFactors.front().factor;
  for (const FactorRow& row : kFactors) {
    if (row.siblings <= siblings) {
      factor = row.factor;
    }
  }
  return factor;
}

std::vector<SiblingComparison> compare_siblings(std::span<const EstimateRecord> figures) {
  for (const EstimateRecord& figure : figures) {
    if (!figure.point || !std::isfinite(*figure.point)) {
      throw std::invalid_argument("siblings are compared by figures that have a point");
    }
  }
  std::vector<SiblingComparison> comparisons;
  comparisons.reserve(figures.size());
  Centre of_all;
  if (figures.size() > kMostLeftOut) {
    of_all = centre_of(others(figures, figures.size()));
    of_all.count = figures.size() - 1;
  }
  for (std::size_t i = 0; i < figures.size(); ++i) {
    comparisons.push_back(
        comparison_of(figures[i], figures.size() > kMostLeftOut ? of_all : centre_of(others(figures, i))));
  }
  return comparisons;
}

}  // namespace assay
