#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/llm/both_sides.hpp"
#include "kernels/cuda/llm/float_formats.hpp"

// The weights of the CPU's decoder (kernels/llm/weight_rows.hpp, decoder_weights.cpp), a value at a time: equal seeds
// give equal weights and equal checksums on both. kernels/llm needs Highway and this folder must not, so that the rule
// stands here again; tests/kernels/cuda_on_host/cuda_values_test.cpp compares the two.

namespace assay::cuda {

struct RandomWords {
  std::uint32_t at[4];
};

/// Philox 4x32-10, as kernels/llm/philox.hpp.
ASSAY_BOTH_SIDES RandomWords philox_words(RandomWords counter, std::uint64_t seed) {
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32U);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t left = std::uint64_t{0xD2511F53U} * counter.at[0];
    const std::uint64_t right = std::uint64_t{0xCD9E8D57U} * counter.at[2];
    counter = {{static_cast<std::uint32_t>(right >> 32U) ^ counter.at[1] ^ key0, static_cast<std::uint32_t>(right),
                static_cast<std::uint32_t>(left >> 32U) ^ counter.at[3] ^ key1, static_cast<std::uint32_t>(left)}};
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return counter;
}

/// The matrices by the numbers that DecoderMatrix gives them; gains of norms and draws of tokens have streams of their
/// own.
enum class LlmMatrix : std::uint32_t { qkv = 0, o = 1, gate_up = 2, down = 3, embedding = 4, head = 5 };
inline constexpr std::uint32_t kGainMatrix = 16;
inline constexpr std::uint32_t kDrawMatrix = 64;

struct WeightPlace {
  std::uint64_t seed;
  std::uint32_t matrix;
  std::uint32_t layer;
  std::uint32_t row;
};

/// A level: the sum of four bytes less its mean, -510 to 510.
ASSAY_BOTH_SIDES int level_of_word(std::uint32_t word) {
  return static_cast<int>((word & 255U) + (word >> 8U & 255U) + (word >> 16U & 255U) + (word >> 24U)) - 510;
}

/// Of the columns c, q + c, 2 q + c and 3 q + c of a row of 4 q.
ASSAY_BOTH_SIDES RandomWords weight_words(const WeightPlace& place, std::uint32_t c) {
  return philox_words({{c, place.row, place.layer, place.matrix}}, place.seed);
}

inline constexpr double kWeightDeviation = 0.02;
inline constexpr double kWeightLevelDeviation = 147.80054127099805;  ///< sqrt(4 (256^2 - 1) / 12)

/// The value of level 1 of a matrix of a model of so many layers. `root`: sqrt(2 layers), computed once on the host.
ASSAY_BOTH_SIDES double weight_unit(LlmMatrix matrix, double root) {
  const bool into_sum = matrix == LlmMatrix::o || matrix == LlmMatrix::down;
  return (into_sum ? kWeightDeviation / root : kWeightDeviation) / kWeightLevelDeviation;
}

ASSAY_BOTH_SIDES std::uint16_t bf16_weight(int level, float unit) {
  return bf16_from(static_cast<float>(level) * unit);
}

/// Of a row whose largest level is `most`: that one becomes 448 scales.
ASSAY_BOTH_SIDES std::uint8_t f8_weight(int level, int most) {
  return f8_from(static_cast<float>(level) * (kLargestF8 / static_cast<float>(most)));
}
ASSAY_BOTH_SIDES float f8_weight_scale(int most, double unit) {
  return static_cast<float>(static_cast<double>(most) * unit / static_cast<double>(kLargestF8));
}

/// Columns of a row of 4-bit weights that share a scale: kernels/llm's kWeightGroup. Byte b of a group holds column b
/// in its low half and column 64 + b in its high half.
inline constexpr std::uint32_t kInt4Group = 128;
/// Of a group whose largest level is `most`: that one becomes 7 or -7 scales. 8 more than the value, 1 to 15; rounded
/// as int4_weights() of kernels/llm does in binary32: in double both steps are exact, so that no compiler fuses them.
ASSAY_BOTH_SIDES std::uint8_t int4_weight(int level, int most) {
  const float factor = 7.0F / static_cast<float>(most);
  const auto value = static_cast<float>(static_cast<double>(level) * static_cast<double>(factor));
  const auto moved = static_cast<float>(static_cast<double>(value) + (value < 0.0F ? -0.5 : 0.5));
  return static_cast<std::uint8_t>(static_cast<int>(moved) + 8);
}
ASSAY_BOTH_SIDES float int4_scale(int most, double unit) {
  return static_cast<float>(static_cast<double>(most) * unit / 7.0);
}

/// One column of a row of so many.
ASSAY_BOTH_SIDES int level_of_column(const WeightPlace& place, std::uint32_t columns, std::uint32_t column) {
  const std::uint32_t quarter = columns / 4;
  return level_of_word(weight_words(place, column % quarter).at[column / quarter]);
}

ASSAY_BOTH_SIDES float gain_of_level(int level) {
  return static_cast<float>(1 + level * (kWeightDeviation / kWeightLevelDeviation));
}

/// Steele, Lea and Flood's SplitMix64 of one value, as harness/random_bits.hpp.
ASSAY_BOTH_SIDES std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

/// FNV-1a's step on a 64-bit word.
ASSAY_BOTH_SIDES std::uint64_t hashed(std::uint64_t hash, std::uint64_t word) {
  return (hash ^ word) * 0x100000001b3ULL;
}

/// A row as the checksum reads it: its bytes as words, then its scales, two a word.
struct RowBytes {
  const std::uint64_t* words;
  std::size_t word_count;
  const float* scales;
  std::uint32_t scale_count;
};

ASSAY_BOTH_SIDES std::uint64_t row_checksum(const WeightPlace& place, const RowBytes& row) {
  std::uint64_t hash =
      mixed(std::uint64_t{place.matrix} << 56U | std::uint64_t{place.layer} << 32U | std::uint64_t{place.row});
  for (std::size_t i = 0; i < row.word_count; ++i) {
    hash = hashed(hash, row.words[i]);
  }
  for (std::uint32_t i = 0; i < row.scale_count; i += 2) {
    const std::uint64_t second = i + 1 < row.scale_count ? bits_of_float(row.scales[i + 1]) : 0U;
    hash = hashed(hash, second << 32U | bits_of_float(row.scales[i]));
  }
  return mixed(hash);
}

}  // namespace assay::cuda
