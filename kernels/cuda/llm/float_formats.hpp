#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/cuda/llm/both_sides.hpp"

namespace assay::cuda {

ASSAY_BOTH_SIDES std::uint32_t bits_of_float(float value) {
  std::uint32_t bits = 0;
  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

ASSAY_BOTH_SIDES float float_of_bits(std::uint32_t bits) {
  float value = 0;
  memcpy(&value, &bits, sizeof(value));
  return value;
}

/// The upper half of a binary32, to nearest, ties to even: kernels/bfloat16.hpp's rule. Finite values only.
ASSAY_BOTH_SIDES std::uint16_t bf16_from(float value) {
  const std::uint32_t word = bits_of_float(value);
  return static_cast<std::uint16_t>((word + 0x7fffU + ((word >> 16U) & 1U)) >> 16U);
}

ASSAY_BOTH_SIDES float bf16_value(std::uint16_t bits) { return float_of_bits(static_cast<std::uint32_t>(bits) << 16U); }

/// e4m3 of OCP's "OFP8" (2023): 4 bits of exponent with bias 7, 3 of significand, no infinity, 0x7f is the only NaN.
inline constexpr float kLargestF8 = 448.0F;
inline constexpr std::uint8_t kNanF8 = 0x7f;

ASSAY_BOTH_SIDES float f8_value(std::uint8_t bits) {
  const std::uint32_t exponent = (bits >> 3U) & 15U;
  const std::uint32_t fraction = bits & 7U;
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x80U) << 24U;
  if (exponent == 15U && fraction == 7U) {
    return float_of_bits(sign | 0x7fc00000U);
  }
  if (exponent == 0U) {
    const float magnitude = static_cast<float>(fraction) * 0.001953125F;  // 2^-9
    return sign != 0U ? -magnitude : magnitude;
  }
  return float_of_bits(sign | ((exponent + 120U) << 23U) | (fraction << 20U));
}

/// To nearest, ties to even; what is larger than 448 becomes 448, as cvt.rn.satfinite has it.
ASSAY_BOTH_SIDES std::uint8_t f8_from(float value) {
  const std::uint32_t word = bits_of_float(value);
  const auto sign = static_cast<std::uint8_t>((word >> 24U) & 0x80U);
  const std::uint32_t magnitude = word & 0x7fffffffU;
  if (magnitude > 0x7f800000U) {
    return kNanF8;
  }
  if (magnitude >= 0x43e00000U) {  // 448 and more, infinity too
    return static_cast<std::uint8_t>(sign | 0x7eU);
  }
  if (magnitude < 0x3c800000U) {  // below 2^-6: a multiple of 2^-9. Adding 2^14 leaves those bits as a float's lowest
    const float shifted = float_of_bits(magnitude) + 16384.0F;
    return static_cast<std::uint8_t>(sign | (bits_of_float(shifted) - 0x46800000U));
  }
  const std::uint32_t rounded = magnitude + 0x7ffffU + ((magnitude >> 20U) & 1U);
  return static_cast<std::uint8_t>(sign | ((rounded >> 20U) - (120U << 3U)));
}

/// The scale with which the largest of a row becomes 448; 1 for a row of zeros.
ASSAY_BOTH_SIDES float f8_scale_of(float largest) { return largest > 0.0F ? largest / kLargestF8 : 1.0F; }

}  // namespace assay::cuda
