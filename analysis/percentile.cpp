#include "analysis/percentile.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace assay {

Percentile Percentile::of_percent(double percent) {
  const bool in_range = percent > 0.0 && percent <= 100.0;
  const auto ppm = in_range ? static_cast<std::uint32_t>(std::lround(percent * 10'000.0)) : 0U;
  if (ppm == 0) {
    throw std::invalid_argument(fmt::format("percentile {}: must be from 0.0001 to 100", percent));
  }
  return Percentile{ppm};
}

std::string Percentile::name() const { return fmt::format("p{:g}", static_cast<double>(ppm_) / 10'000.0); }

}  // namespace assay
