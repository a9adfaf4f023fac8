#include "analysis/log_axis.hpp"

#include <cmath>

namespace assay {

double LogAxis::position(double value) const {
  return begin + (end - begin) * std::log(value / lower) / std::log(upper / lower);
}

std::vector<AxisTick> axis_ticks(const LogAxis& axis, std::size_t most_labels) {
  constexpr double kSlack = 1e-9;
  std::vector<AxisTick> ticks;
  const int first = static_cast<int>(std::floor(std::log10(axis.lower)));
  const int last = static_cast<int>(std::ceil(std::log10(axis.upper)));
  for (int exponent = first; exponent <= last; ++exponent) {
    for (const double step : {1.0, 2.0, 5.0}) {
      const double value = step * std::pow(10.0, exponent);
      if (value >= axis.lower * (1.0 - kSlack) && value <= axis.upper * (1.0 + kSlack)) {
        ticks.push_back({.value = value, .labelled = step == 1.0});
      }
    }
  }
  if (ticks.size() <= most_labels) {
    for (AxisTick& tick : ticks) {
      tick.labelled = true;
    }
  }
  return ticks;
}

}  // namespace assay
