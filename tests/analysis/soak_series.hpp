#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "analysis/sustained_audit.hpp"
#include "harness/random_bits.hpp"

namespace assay {

/// One point a second, at 3.2 GHz and 1000 queries/s with 0.3 % of noise, changed by `change` as a test wants.
inline std::vector<SoakPoint> soak_series(int seconds, const std::function<void(SoakPoint&)>& change = {}) {
  RandomBits random(7);
  std::vector<SoakPoint> points;
  points.reserve(static_cast<std::size_t>(seconds));
  for (int i = 0; i < seconds; ++i) {
    SoakPoint point{.t_s = static_cast<double>(i), .throughput_per_s = 1000.0 * (1.0 + 0.003 * random.normal())};
    point.clock_hz = 3.2e9;
    point.steal_share = 0.001;
    point.foreign_share = 0.01;
    if (change) {
      change(point);
    }
    points.push_back(point);
  }
  return points;
}

}  // namespace assay
