#pragma once

#include <string>

namespace assay {

/// What an inference would take at least on a small chip, by counting operations and bytes. A model and never a
/// measurement: it has no leakage, clock tree, instruction fetch or converter, and a microcontroller takes 100 to 500
/// times as much.
///
/// Prices: Horowitz, "Computing's energy problem", ISSCC 2014, 45 nm at 0.9 V: an 8-bit multiplication and addition
/// 0.2 + 0.03 pJ, in 32-bit floating point 3.7 + 0.9 pJ; a 64-bit read of a memory of 8 KiB 10 pJ, of 32 KiB 20 pJ.
/// lower_j: each counted byte moved once, from 8 KiB. upper_j: both operands of each multiplication from 32 KiB, so
/// that nothing is kept in registers.
struct EnergyEstimate {
  double lower_j = 0.0;
  double upper_j = 0.0;
};

/// `operations`: multiplications and additions, two each; `element_bytes` 1 for int8 and 4 for f32.
[[nodiscard]] EnergyEstimate estimate_energy(double operations, double traffic_bytes, std::size_t element_bytes);

/// "ESTIMATE 2.80 to 14.4 uJ an inference; at 50 a second 0.140 to 0.720 mW (...)"
[[nodiscard]] std::string estimate_text(const EnergyEstimate& estimate, double per_second);

}  // namespace assay
