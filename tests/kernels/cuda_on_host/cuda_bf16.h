#pragma once

#include "cuda_words.hpp"
#include "kernels/cuda/llm/float_formats.hpp"

struct __nv_bfloat162 {
  std::uint16_t x, y;
};
inline __nv_bfloat162 __floats2bfloat162_rn(float low, float high) {
  return {assay::cuda::bf16_from(low), assay::cuda::bf16_from(high)};
}
inline __nv_bfloat162 __hsub2(__nv_bfloat162 a, __nv_bfloat162 b) {
  using assay::cuda::bf16_value;
  return __floats2bfloat162_rn(bf16_value(a.x) - bf16_value(b.x), bf16_value(a.y) - bf16_value(b.y));
}
