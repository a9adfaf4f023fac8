#pragma once

#include <cstdint>

// The inputs of every work, as functions of the seed and the place: the card fills its memory with them, and the host
// knows each value without reading it back.

#ifdef __CUDACC__
#define ASSAY_HOST_AND_DEVICE __host__ __device__ __forceinline__
#else
#define ASSAY_HOST_AND_DEVICE inline
#endif

namespace assay::cuda {

/// 64 random bits of place `index` of the stream `seed`: the output function of SplitMix64 (Steele, Lea and Flood,
/// OOPSLA 2014) on a counter.
ASSAY_HOST_AND_DEVICE std::uint64_t random_bits_at(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

/// A stream of its own for each input of each sample.
ASSAY_HOST_AND_DEVICE std::uint64_t stream_seed(std::uint64_t seed, std::uint64_t sample, std::uint64_t operand) {
  return random_bits_at(seed ^ 0x5851f42d4c957f2dULL, sample * 16 + operand);
}

/// In [-1, 1), a multiple of 2^-24: exact in f32 and in f64.
ASSAY_HOST_AND_DEVICE double uniform_at(std::uint64_t seed, std::uint64_t index) {
  const auto top = static_cast<std::int64_t>(random_bits_at(seed, index) >> 39U);  // 25 bits
  return static_cast<double>(top - (std::int64_t{1} << 24)) * 0x1p-24;
}

/// A number format by its fields. Values of it are drawn as bits, so that nothing is rounded on the way in.
struct NumberFormat {
  std::uint32_t bytes;          ///< of one element in memory
  std::uint32_t mantissa_bits;  ///< that are drawn; 0: two's complement integers of 8 bits
  std::uint32_t stored_bits;    ///< of the mantissa in memory: of tf32 those of f32
  std::int32_t exponent_bias;
};

inline constexpr NumberFormat kFormatF64{8, 52, 52, 1023};
inline constexpr NumberFormat kFormatTf32{4, 10, 23, 127};
inline constexpr NumberFormat kFormatBf16{2, 7, 7, 127};
inline constexpr NumberFormat kFormatF16{2, 10, 10, 15};
inline constexpr NumberFormat kFormatF8{1, 3, 3, 7};  ///< e4m3
inline constexpr NumberFormat kFormatI8{1, 0, 0, 0};

/// Sum of squares / count of what element_bits() draws, for each format to within a few percent: 1.33 for floating
/// point, whose binades 2^0 to 2^-3 are drawn with 1/2, 1/4, 1/8 and 1/8; 127 x 128 / 3 for bytes.
ASSAY_HOST_AND_DEVICE double mean_square_of(const NumberFormat& format) {
  return format.mantissa_bits == 0 ? 127.0 * 128.0 / 3.0 : 4.0 / 3.0;
}

/// The bits of one element from 64 random ones. Floating point: any sign and mantissa, |value| in [1/8, 2), never 0, no
/// NaN. Bytes: -127 to 127.
ASSAY_HOST_AND_DEVICE std::uint64_t element_bits(const NumberFormat& format, std::uint64_t random) {
  if (format.mantissa_bits == 0) {
    const auto value = static_cast<std::int32_t>(((random >> 32U) * 255U) >> 32U) - 127;
    return static_cast<std::uint64_t>(value) & 0xffU;
  }
  const auto draw = static_cast<std::uint32_t>(random & 7U);
  const std::int32_t exponent = draw < 4 ? 0 : draw < 6 ? -1 : draw < 7 ? -2 : -3;
  const std::uint64_t sign = (random >> 3U) & 1U;
  const std::uint64_t mantissa = (random >> 12U) & ((std::uint64_t{1} << format.mantissa_bits) - 1);
  const auto biased = static_cast<std::uint64_t>(exponent + format.exponent_bias);
  const std::uint32_t sign_place = format.bytes * 8 - 1;
  return (sign << sign_place) | (biased << format.stored_bits) |
         (mantissa << (format.stored_bits - format.mantissa_bits));
}

/// What these bits stand for. Only for what element_bits() draws: no denormals, infinities or NaN.
ASSAY_HOST_AND_DEVICE double value_of_bits(const NumberFormat& format, std::uint64_t bits) {
  if (format.mantissa_bits == 0) {
    return static_cast<double>(static_cast<std::int8_t>(bits));
  }
  const std::uint32_t sign_place = format.bytes * 8 - 1;
  const double sign = ((bits >> sign_place) & 1U) != 0 ? -1.0 : 1.0;
  const std::uint64_t below_sign = bits & ((std::uint64_t{1} << sign_place) - 1);
  auto exponent = static_cast<std::int32_t>(below_sign >> format.stored_bits) - format.exponent_bias;
  const std::uint64_t mantissa = below_sign & ((std::uint64_t{1} << format.stored_bits) - 1);
  double value = 1.0 + static_cast<double>(mantissa) / static_cast<double>(std::uint64_t{1} << format.stored_bits);
  for (; exponent < 0; ++exponent) {
    value *= 0.5;
  }
  for (; exponent > 0; --exponent) {
    value *= 2.0;
  }
  return sign * value;
}

}  // namespace assay::cuda
