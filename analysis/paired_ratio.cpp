#include "analysis/paired_ratio.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace assay {
namespace {

double half_width(double deviation, std::uint64_t pairs) {
  const boost::math::students_t student(static_cast<double>(pairs - 1));
  const double t = boost::math::quantile(student, 0.5 + PairedRatio::kConfidence / 2.0);
  return t * deviation / std::sqrt(static_cast<double>(pairs));
}

std::optional<std::uint64_t> more_pairs(double mean, double deviation, std::uint64_t pairs) {
  const double room = std::fabs(mean) - std::log(PairedRatio::kRelevant);
  for (std::uint64_t n = pairs + 1; n <= PairedRatio::kMostPairs && room > 0.0; ++n) {
    if (half_width(deviation, n) < room) {
      return n - pairs;
    }
  }
  return std::nullopt;
}

}  // namespace

PairedRatio paired_ratio(std::span<const ValuePair> pairs) {
  if (pairs.empty()) {
    throw std::invalid_argument("a ratio of pairs: there is no pair");
  }
  std::vector<double> logs;
  double sum = 0.0;
  for (const ValuePair& pair : pairs) {
    const double log = std::log(pair.b / pair.a);
    if (!(pair.a > 0.0) || !std::isfinite(log)) {
      throw std::invalid_argument("a ratio of pairs: a value is not positive and finite");
    }
    logs.push_back(log);
    sum += log;
  }
  PairedRatio found{.pairs = logs.size()};
  const double mean = sum / static_cast<double>(found.pairs);
  found.ratio = std::exp(mean);
  if (found.pairs < 2) {
    return found;
  }
  double squares = 0.0;
  for (const double log : logs) {
    squares += (log - mean) * (log - mean);
  }
  const double deviation = std::sqrt(squares / static_cast<double>(found.pairs - 1));
  const double half = half_width(deviation, found.pairs);
  found.lower = std::exp(mean - half);
  found.upper = std::exp(mean + half);
  if (!found.relevant()) {
    found.more_pairs = more_pairs(mean, deviation, found.pairs);
  }
  return found;
}

}  // namespace assay
