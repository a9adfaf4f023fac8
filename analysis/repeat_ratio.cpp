#include "analysis/repeat_ratio.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

namespace assay {
namespace {

struct LogSpread {
  std::size_t count = 0;
  double mean = 0.0;
  double variance = 0.0;  ///< of one value; 0 for fewer than two
};

LogSpread log_spread(std::span<const double> values) {
  LogSpread spread{.count = values.size()};
  for (const double value : values) {
    if (!(value > 0.0) || !std::isfinite(value)) {
      throw std::invalid_argument("repeats of a figure: a value is not positive and finite");
    }
    spread.mean += std::log(value);
  }
  if (values.empty()) {
    return spread;
  }
  spread.mean /= static_cast<double>(values.size());
  for (const double value : values) {
    const double off = std::log(value) - spread.mean;
    spread.variance += off * off;
  }
  spread.variance = values.size() < 2 ? 0.0 : spread.variance / static_cast<double>(values.size() - 1);
  return spread;
}

double student(double freedom) {
  return boost::math::quantile(boost::math::students_t(freedom), 0.5 + RepeatRatio::kConfidence / 2.0);
}

/// Of the difference of the two means with `more` repeats on each side (Welch and Satterthwaite).
double half_width(const LogSpread& a, const LogSpread& b, std::uint64_t more) {
  const double n_a = static_cast<double>(a.count + more);
  const double n_b = static_cast<double>(b.count + more);
  const double of_a = a.variance / n_a;
  const double of_b = b.variance / n_b;
  const double sum = of_a + of_b;
  if (!(sum > 0.0)) {
    return 0.0;
  }
  const double freedom = sum * sum / (of_a * of_a / (n_a - 1.0) + of_b * of_b / (n_b - 1.0));
  return student(freedom) * std::sqrt(sum);
}

std::optional<std::uint64_t> repeats_wanted(const LogSpread& a, const LogSpread& b, double room) {
  for (std::uint64_t more = 0; room > 0.0 && more <= RepeatRatio::kMostRepeats; ++more) {
    if (half_width(a, b, more) < room) {
      return more;
    }
  }
  return std::nullopt;
}

}  // namespace

EstimateRecord repeats_estimate(std::span<const double> values) {
  const LogSpread spread = log_spread(values);
  EstimateRecord estimate{.confidence = RepeatRatio::kConfidence, .reason = ""};
  if (spread.count == 0) {
    estimate.reason = "no run gave it";
    return estimate;
  }
  estimate.point = std::exp(spread.mean);
  if (spread.count < 2) {
    estimate.reason = "one run: an interval needs 1 more repeat";
    return estimate;
  }
  const auto n = static_cast<double>(spread.count);
  const double half = student(n - 1.0) * std::sqrt(spread.variance / n);
  estimate.lower = *estimate.point * std::exp(-half);
  estimate.upper = *estimate.point * std::exp(half);
  return estimate;
}

RepeatRatio repeat_ratio(std::span<const double> a, std::span<const double> b, double against) {
  if (a.empty() || b.empty() || !(against > 0.0)) {
    throw std::invalid_argument("a ratio of repeats: one side has none");
  }
  const LogSpread of_a = log_spread(a);
  const LogSpread of_b = log_spread(b);
  const double mean = of_b.mean - of_a.mean;
  RepeatRatio found;
  found.ratio.point = std::exp(mean);
  found.ratio.confidence = RepeatRatio::kConfidence;
  const std::size_t fewest = std::min(of_a.count, of_b.count);
  if (fewest < 2) {
    found.ratio.reason = "one run of a side: an interval needs 1 more repeat of it";
    return found;
  }
  const double half = half_width(of_a, of_b, 0);
  found.ratio.lower = std::exp(mean - half);
  found.ratio.upper = std::exp(mean + half);
  found.more_repeats = repeats_wanted(of_a, of_b, std::fabs(mean - std::log(against)));
  return found;
}

}  // namespace assay
