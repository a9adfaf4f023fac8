#include "analysis/remedy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

/// `value` in units of its last significant digit, and that unit.
struct Scaled {
  double value;
  double unit;
};

Scaled scaled(double value, int digits) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - (digits - 1));
  return {.value = value / unit, .unit = unit};
}

/// Keeps 0.3 / 0.1 = 2.9999999999999996 from losing a digit.
constexpr double kRoundingSlack = 1e-9;

}  // namespace

std::string duration_flag(double seconds) {
  return fmt::format("--duration {:.0f}s", std::max(1.0, std::ceil(seconds - kRoundingSlack)));
}

std::string lower_rate_flag(double per_second) {
  const Scaled rate = scaled(per_second, 2);
  return fmt::format("--rate {:.12g}", std::floor(rate.value + kRoundingSlack) * rate.unit);
}

std::string higher_rate_flag(double per_second) {
  const Scaled rate = scaled(per_second, 3);
  return fmt::format("--rate {:.12g}", std::ceil(rate.value - kRoundingSlack) * rate.unit);
}

std::string duration_flag_for(std::uint64_t needed, std::uint64_t observed, Nanoseconds elapsed) {
  const double per_query = seconds(elapsed) / static_cast<double>(std::max<std::uint64_t>(1, observed));
  return duration_flag(1.1 * per_query * static_cast<double>(needed));
}

}  // namespace assay
