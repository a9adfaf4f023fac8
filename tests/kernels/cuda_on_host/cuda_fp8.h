#pragma once

#include <bit>

#include "cuda_fp16.h"
#include "kernels/cuda/llm/float_formats.hpp"

using __nv_fp8x2_storage_t = std::uint16_t;
enum __nv_saturation_t { __NV_SATFINITE };
enum __nv_fp8_interpretation_t { __NV_E4M3 };

inline std::uint8_t __nv_cvt_float_to_fp8(float value, __nv_saturation_t, __nv_fp8_interpretation_t) {
  return assay::cuda::f8_from(value);
}
inline std::uint16_t __nv_cvt_float2_to_fp8x2(float2 values, __nv_saturation_t, __nv_fp8_interpretation_t) {
  return static_cast<std::uint16_t>(assay::cuda::f8_from(values.x) | assay::cuda::f8_from(values.y) << 8);
}
inline __half2_raw __nv_cvt_fp8x2_to_halfraw2(__nv_fp8x2_storage_t pair, __nv_fp8_interpretation_t) {
  const auto half = [](std::uint8_t bits) {
    return std::bit_cast<std::uint16_t>(static_cast<float16>(assay::cuda::f8_value(bits)));
  };
  return {half(static_cast<std::uint8_t>(pair & 0xff)), half(static_cast<std::uint8_t>(pair >> 8))};
}
