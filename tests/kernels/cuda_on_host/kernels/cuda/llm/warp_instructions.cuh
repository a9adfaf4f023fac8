#pragma once

#include <cuda_fp16.h>

#include "kernels/cuda/llm/float_formats.hpp"
#include "tests/kernels/cuda_on_host/cuda_words.hpp"

// Put before kernels/cuda/llm/warp_instructions.cuh by the include path of the host's tests: what the PTX ISA says of
// these instructions, lane by lane.

namespace assay::cuda {

struct OperandsOfLane {
  std::uint32_t a[4];
  std::uint32_t b[2];
};

template <class ValueOf>
void multiply_on_host(float (&c)[4], const OperandsOfLane& mine, const ValueOf& value_of) {
  const auto all = on_host::gather(mine);
  const auto half = [](std::uint32_t word, std::uint32_t which) {
    return static_cast<std::uint16_t>(which == 0 ? word & 0xffffU : word >> 16U);
  };
  const std::uint32_t lane = threadIdx.x % 32;
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t row = lane / 4 + 8 * (i / 2);
    const std::uint32_t column = 2 * (lane % 4) + i % 2;
    float sum = c[i];
    for (std::uint32_t k = 0; k < 16; ++k) {
      const std::uint32_t quad = k % 8 / 2;
      const std::uint32_t a = all.lane[4 * (row % 8) + quad].a[row / 8 + 2 * (k / 8)];
      const std::uint32_t b = all.lane[4 * column + quad].b[k / 8];
      sum += value_of(half(a, k % 2)) * value_of(half(b, k % 2));
    }
    c[i] = sum;
  }
}

inline void multiply_bf16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3,
                          std::uint32_t b0, std::uint32_t b1) {
  multiply_on_host(c, {{a0, a1, a2, a3}, {b0, b1}}, [](std::uint16_t bits) { return bf16_value(bits); });
}

inline void multiply_f16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3,
                         std::uint32_t b0, std::uint32_t b1) {
  multiply_on_host(c, {{a0, a1, a2, a3}, {b0, b1}}, [](std::uint16_t bits) {
    float16 value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return static_cast<float>(value);
  });
}

inline std::uint32_t transposed(std::uint32_t word) {
  const auto all = on_host::gather(word);
  const std::uint32_t lane = threadIdx.x % 32;
  std::uint32_t result = 0;
  for (std::uint32_t e = 0; e < 2; ++e) {
    const std::uint32_t row = 2 * (lane % 4) + e;  // of the matrix as it was
    const std::uint32_t column = lane / 4;
    const std::uint32_t from = all.lane[4 * row + column / 2];
    result |= (column % 2 == 0 ? from & 0xffffU : from >> 16U) << (16 * e);
  }
  return result;
}

}  // namespace assay::cuda
