#include "analysis/energy_estimate.hpp"

#include <fmt/format.h>

#include "analysis/format.hpp"

namespace assay {

EnergyEstimate estimate_energy(double operations, double traffic_bytes, std::size_t element_bytes) {
  constexpr double kPico = 1e-12;
  constexpr double kInt8Pair = 0.23 * kPico;
  constexpr double kFloatPair = 4.6 * kPico;
  constexpr double kSmallByte = 10.0 / 8.0 * kPico;  // of a read of 64 bits
  constexpr double kLargeByte = 20.0 / 8.0 * kPico;
  const double pairs = operations / 2.0;
  const double compute = pairs * (element_bytes == 1 ? kInt8Pair : kFloatPair);
  return {.lower_j = compute + traffic_bytes * kSmallByte,
          .upper_j = compute + pairs * 2.0 * static_cast<double>(element_bytes) * kLargeByte};
}

std::string estimate_text(const EnergyEstimate& estimate, double per_second) {
  return fmt::format(
      "ESTIMATE {} to {} an inference; at {:g} a second {} to {} (operations and bytes counted, prices of Horowitz, "
      "ISSCC 2014, 45 nm; not measured)",
      format_quantity(estimate.lower_j, "J"), format_quantity(estimate.upper_j, "J"), per_second,
      format_quantity(estimate.lower_j * per_second, "W"), format_quantity(estimate.upper_j * per_second, "W"));
}

}  // namespace assay
