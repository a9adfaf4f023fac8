#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/bfloat16.hpp"

namespace assay {

inline constexpr std::size_t kWeightGroup = 128;  ///< columns of a group of int4; every row is a multiple of it

/// Which row of which matrix: equal in every format, so that two formats quantise the same numbers.
struct WeightRowName {
  std::uint64_t seed = 0;
  std::uint32_t matrix = 0;
  std::uint32_t layer = 0;
  std::uint32_t row = 0;
};

/// A weight is a whole number, its level, times a unit: the sum of four uniform bytes less its mean. That is nearly
/// normal (Irwin and Hall's distribution of four: no value beyond 3.45 standard deviations, kurtosis 2.7 for 3), costs
/// a quarter of the random bits and no logarithm.
inline constexpr double kLevelDeviation = 147.80054127099805;  ///< sqrt(4 (256^2 - 1) / 12)

/// Levels of a row, -510 to 510. Word j of the counter (c, row, layer, matrix) is that of column j columns / 4 + c.
void weight_levels(const WeightRowName& name, std::span<std::int16_t> levels) noexcept;

/// The weights of a row in its format. `unit`: the value of level 1.
void bf16_weights(std::span<const std::int16_t> levels, double unit, BFloat16* weights) noexcept;
/// Returns the scale: the largest weight is 127.
float int8_weights(std::span<const std::int16_t> levels, double unit, std::int8_t* weights) noexcept;
/// Half a byte a weight, 8 more than its value; the largest of a group is 15 or 1. Byte b of a group holds column b
/// in its low half and column 64 + b in its high half.
void int4_weights(std::span<const std::int16_t> levels, double unit, std::uint8_t* weights, float* scales) noexcept;

}  // namespace assay
