#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>

#include <cstdint>

#include "kernels/cuda/llm/attention_values.hpp"
#include "kernels/cuda/llm/llm_kernels.hpp"

// Device code that several kernels share.

namespace assay::cuda {

inline constexpr unsigned kWholeWarp = 0xffffffffU;

__device__ __forceinline__ float2 bf16_pair(std::uint32_t word) {
  return make_float2(float_of_bits(word << 16U), float_of_bits(word & 0xffff0000U));
}

__device__ __forceinline__ std::uint32_t packed_bf16(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  std::uint32_t word = 0;
  memcpy(&word, &pair, sizeof word);
  return word;
}

__device__ __forceinline__ std::uint32_t packed_f16(float low, float high) {
  const __half2 pair = __floats2half2_rn(low, high);
  std::uint32_t word = 0;
  memcpy(&word, &pair, sizeof word);
  return word;
}

/// Two of e4m3 as two of binary16: exact. One instruction from compute capability 8.9 on, a few before.
__device__ __forceinline__ std::uint32_t f16_pair_of_f8(std::uint32_t low_half) {
  const __half2_raw pair = __nv_cvt_fp8x2_to_halfraw2(static_cast<__nv_fp8x2_storage_t>(low_half), __NV_E4M3);
  return static_cast<std::uint32_t>(pair.x) | static_cast<std::uint32_t>(pair.y) << 16U;
}

__device__ __forceinline__ std::uint32_t packed_f8(float a, float b, float c, float d) {
  const std::uint32_t low = __nv_cvt_float2_to_fp8x2(make_float2(a, b), __NV_SATFINITE, __NV_E4M3);
  const std::uint32_t high = __nv_cvt_float2_to_fp8x2(make_float2(c, d), __NV_SATFINITE, __NV_E4M3);
  return low | high << 16U;
}

__device__ __forceinline__ float warp_sum(float value) {
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2) {
    value += __shfl_xor_sync(kWholeWarp, value, lanes);
  }
  return value;
}

__device__ __forceinline__ float warp_largest(float value) {
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2) {
    value = fmaxf(value, __shfl_xor_sync(kWholeWarp, value, lanes));
  }
  return value;
}

struct SumAndLargest {
  float sum;
  float largest;
};

/// Over the block, for every thread of it; `shared`: 64 floats that nobody else uses. Whole warps only.
__device__ __forceinline__ SumAndLargest block_reduce(SumAndLargest mine, float* shared) {
  mine = {warp_sum(mine.sum), warp_largest(mine.largest)};
  const unsigned warp = threadIdx.x / 32U;
  const unsigned lane = threadIdx.x % 32U;
  __syncthreads();
  if (lane == 0) {
    shared[warp] = mine.sum;
    shared[32 + warp] = mine.largest;
  }
  __syncthreads();
  const bool there = lane < blockDim.x / 32U;
  return {warp_sum(there ? shared[lane] : 0.0F), warp_largest(there ? shared[32 + lane] : 0.0F)};
}

/// Four values of a product's output from column `column` of row `row`.
__device__ __forceinline__ float4 product_values(const ProductOutput& output, std::size_t row, std::uint32_t size,
                                                 std::uint32_t column) {
  const uint2 bits = *reinterpret_cast<const uint2*>(output.values + row * size + column);
  const float2 low = bf16_pair(bits.x);
  const float2 high = bf16_pair(bits.y);
  float4 values = make_float4(low.x, low.y, high.x, high.y);
  if (output.channel_scales != nullptr) {
    const float4 channel = *reinterpret_cast<const float4*>(output.channel_scales + column);
    const float token = output.token_scales[row];
    values = make_float4(values.x * channel.x * token, values.y * channel.y * token, values.z * channel.z * token,
                         values.w * channel.w * token);
  }
  return values;
}

/// Stores four values of a product's input; `inverse`: 1 / the token's scale, where there is one.
__device__ __forceinline__ void store_input(const ProductInputRows& input, std::size_t at, float4 v, float inverse) {
  if (input.format == ActivationFormat::f8) {
    static_cast<std::uint32_t*>(input.values)[at / 4] =
        packed_f8(v.x * inverse, v.y * inverse, v.z * inverse, v.w * inverse);
  } else {
    reinterpret_cast<uint2*>(input.values)[at / 4] = make_uint2(packed_bf16(v.x, v.y), packed_bf16(v.z, v.w));
  }
}

__device__ __forceinline__ float largest_of(float4 v) {
  return fmaxf(fmaxf(fabsf(v.x), fabsf(v.y)), fmaxf(fabsf(v.z), fabsf(v.w)));
}

/// Bytes of the keys of one page and head; the values take as many.
template <int kDim, int kBytes>
inline constexpr std::size_t kPlaneBytes = std::size_t{kTokensPerPage} * kDim* kBytes;

/// Where the keys of a page and head begin.
template <int kDim, int kBytes>
__device__ __forceinline__ std::uint8_t* block_of(const CacheView& cache, std::uint32_t page, std::uint32_t kv_head) {
  return static_cast<std::uint8_t*>(cache.layer) +
         (static_cast<std::size_t>(page) * cache.kv_heads + kv_head) * (2 * kPlaneBytes<kDim, kBytes>);
}

}  // namespace assay::cuda
