#pragma once

#include "cuda_words.hpp"

struct __half2 {
  float16 x, y;
};
struct __half2_raw {
  std::uint16_t x, y;
};
inline __half2 __floats2half2_rn(float low, float high) {
  return {static_cast<float16>(low), static_cast<float16>(high)};
}
inline float2 __half22float2(__half2 pair) { return {static_cast<float>(pair.x), static_cast<float>(pair.y)}; }
