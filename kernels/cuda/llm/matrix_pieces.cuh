#pragma once

#include <cstdint>

#include "kernels/cuda/llm/card_numbers.cuh"
#include "kernels/cuda/llm/warp_instructions.cuh"

// The matrix instruction of attention: mma.sync m16n8k16 on 16-bit floats, sums in f32. PTX ISA, "Matrix Fragments for
// mma.m16n8k16": of lane 4 r + q, with two 16-bit values a word,
//   a0: row r, columns 2 q, 2 q + 1     a1: row r + 8, same     a2: row r, columns 2 q + 8, 2 q + 9     a3: row r + 8
//   b0: rows 2 q, 2 q + 1 of column r   b1: rows 2 q + 8, 2 q + 9
//   c0, c1: row r, columns 2 q, 2 q + 1                         c2, c3: row r + 8
// The sum over k does not care in which order its terms stand, as long as both operands agree: a thread takes the
// elements of its row that lie next to each other in memory, and calls them columns 2 q, 2 q + 1, 2 q + 8, 2 q + 9.

namespace assay::cuda {

/// What a cache of that format is multiplied in: e4m3 in binary16, which holds each of its values.
template <CacheFormat kFormat>
struct Pieces;

template <>
struct Pieces<CacheFormat::bf16> {
  static constexpr int kBytes = 2;
  static constexpr int kStepsOfLoad = 2;  ///< k-steps that the 16 bytes of a lane feed

  static __device__ __forceinline__ std::uint32_t packed(float low, float high) { return packed_bf16(low, high); }
  static __device__ __forceinline__ float2 values(std::uint32_t word) { return bf16_pair(word); }

  static __device__ __forceinline__ void multiply(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2,
                                                  std::uint32_t a3, std::uint32_t b0, std::uint32_t b1) {
    multiply_bf16(c, a0, a1, a2, a3, b0, b1);
  }
  /// The two words of one k-step from the 16 bytes that a lane loaded.
  static __device__ __forceinline__ uint2 step(uint4 bytes, int step) {
    return step == 0 ? make_uint2(bytes.x, bytes.y) : make_uint2(bytes.z, bytes.w);
  }
  /// Four values that stand next to each other, as two words.
  using Four = uint2;
  static __device__ __forceinline__ uint2 four(Four bits) { return bits; }
};

template <>
struct Pieces<CacheFormat::f8> {
  static constexpr int kBytes = 1;
  static constexpr int kStepsOfLoad = 4;

  static __device__ __forceinline__ std::uint32_t packed(float low, float high) { return packed_f16(low, high); }
  static __device__ __forceinline__ float2 values(std::uint32_t word) {
    __half2 pair;
    memcpy(&pair, &word, sizeof pair);
    return __half22float2(pair);
  }

  static __device__ __forceinline__ void multiply(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2,
                                                  std::uint32_t a3, std::uint32_t b0, std::uint32_t b1) {
    multiply_f16(c, a0, a1, a2, a3, b0, b1);
  }
  static __device__ __forceinline__ uint2 step(uint4 bytes, int step) {
    const std::uint32_t word = step == 0 ? bytes.x : step == 1 ? bytes.y : step == 2 ? bytes.z : bytes.w;
    return four(word);
  }
  using Four = std::uint32_t;
  static __device__ __forceinline__ uint2 four(Four bits) {
    return make_uint2(f16_pair_of_f8(bits & 0xffffU), f16_pair_of_f8(bits >> 16U));
  }
};

/// Scores are kept in base 2: exp(x) = 2^(x log2(e)).
inline constexpr float kLog2OfE = 1.4426950408889634F;

}  // namespace assay::cuda
