#include "analysis/welch_ratio.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

namespace assay {
namespace {

struct Logs {
  std::uint64_t count = 0;
  double mean = 0.0;
  double variance = 0.0;
};

Logs logs_of(std::span<const double> values) {
  if (values.empty()) {
    throw std::invalid_argument("a ratio of repeats: a side has none");
  }
  Logs logs{.count = values.size()};
  for (const double value : values) {
    const double log = std::log(value);
    if (!(value > 0.0) || !std::isfinite(log)) {
      throw std::invalid_argument("a ratio of repeats: a value is not positive and finite");
    }
    logs.mean += log / static_cast<double>(values.size());
  }
  for (const double value : values) {
    const double off = std::log(value) - logs.mean;
    logs.variance += off * off;
  }
  logs.variance /= static_cast<double>(std::max<std::uint64_t>(1, logs.count - 1));
  return logs;
}

struct MeanDifference {
  double standard_error = 0.0;
  double freedom = 1.0;
};

MeanDifference difference_of(const WelchRatio& ratio, std::uint64_t repeats_a, std::uint64_t repeats_b) {
  const auto a = static_cast<double>(repeats_a);
  const auto b = static_cast<double>(repeats_b);
  const double part_a = ratio.variance_a / a;
  const double part_b = ratio.variance_b / b;
  const double sum = part_a + part_b;
  const double below = part_a * part_a / (a - 1.0) + part_b * part_b / (b - 1.0);
  // Repeats that agree to the last bit: the limit of few degrees of freedom, times a standard error of 0.
  return {.standard_error = std::sqrt(sum), .freedom = below > 0.0 ? std::max(1.0, sum * sum / below) : 1.0};
}

double student(double freedom, double probability) {
  return boost::math::quantile(boost::math::students_t(freedom), probability);
}

}  // namespace

double WelchRatio::half_width(double confidence) const {
  if (!has_interval()) {
    throw std::logic_error("an interval of a ratio needs two repeats on each side");
  }
  const MeanDifference difference = difference_of(*this, repeats_a, repeats_b);
  return student(difference.freedom, 0.5 + confidence / 2.0) * difference.standard_error;
}

WelchRatio welch_ratio(const TwoSamples& samples) {
  const Logs a = logs_of(samples.a);
  const Logs b = logs_of(samples.b);
  return {.log_ratio = b.mean - a.mean,
          .ratio = std::exp(b.mean - a.mean),
          .repeats_a = a.count,
          .repeats_b = b.count,
          .variance_a = a.variance,
          .variance_b = b.variance};
}

std::optional<std::uint64_t> repeats_to_tell(const WelchRatio& seen, const RepeatsGoal& goal) {
  const double room = std::fabs(std::fabs(seen.log_ratio) - goal.log_margin);
  const auto tells = [&](std::uint64_t repeats) {
    const MeanDifference difference = difference_of(seen, repeats, repeats);
    const double needed = student(difference.freedom, 0.5 + goal.confidence / 2.0) +
                          student(difference.freedom, std::max(0.5, goal.power));
    return needed * difference.standard_error < room;
  };
  // More repeats narrow the interval: the smallest number that tells is found by halving.
  std::uint64_t too_few = std::max<std::uint64_t>(2, goal.least) - 1;
  std::uint64_t enough = RepeatsGoal::kMost;
  if (too_few >= enough || !tells(enough)) {
    return std::nullopt;
  }
  while (enough - too_few > 1) {
    const std::uint64_t middle = too_few + (enough - too_few) / 2;
    (tells(middle) ? enough : too_few) = middle;
  }
  return enough;
}

}  // namespace assay
