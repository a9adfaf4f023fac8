#pragma once

#include <bit>
#include <cstdint>

namespace assay {

/// The upper half of an IEEE binary32: 8 bits of exponent, 8 of significand. Storage only; arithmetic is in float.
class BFloat16 {
 public:
  BFloat16() = default;

  /// Rounds to nearest, ties to even. Finite values only: a NaN's payload is not kept apart from infinity.
  explicit constexpr BFloat16(double value) {
    const auto word = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    bits_ = static_cast<std::uint16_t>((word + 0x7fffU + ((word >> 16) & 1U)) >> 16);
  }

  explicit constexpr operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16); }

  [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }

 private:
  std::uint16_t bits_ = 0;
};

static_assert(sizeof(BFloat16) == 2);

}  // namespace assay
