#include "analysis/percentile.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace assay {

Percentile Percentile::of_percent(double percent) {
  if (!(percent > 0.0 && percent <= 100.0)) {
    throw std::invalid_argument(fmt::format("percentile {}: must be above 0 and at most 100", percent));
  }
  return Percentile{static_cast<std::uint32_t>(std::lround(percent * 10'000.0))};
}

std::string Percentile::name() const { return fmt::format("p{:g}", static_cast<double>(ppm_) / 10'000.0); }

}  // namespace assay
