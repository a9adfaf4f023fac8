// Products of few tokens with weights of 4 bits, which are read once and become bf16 in registers.
//
// mma.sync m16n8k16 with weights as its 16 rows and tokens as its 8 columns. A group of 128 columns is 64 bytes of a
// row of weights, and so 16 bytes for each of the four lanes that share the row: byte b holds columns b and 64 + b, so
// that the four low halves of a word are four neighbours, and its four high halves four others. Eight steps of 16
// columns use them up; a lane calls its four neighbours columns 2 q, 2 q + 1, 2 q + 8 and 2 q + 9 of the step, as
// matrix_pieces.cuh says. The sums of a group are exact products in f32 and are scaled once.
//
// The warps of a block take the groups of the same outputs in turn: even 8192 outputs then keep every multiprocessor
// reading. Their sums meet in shared memory at the end.
#include <utility>

#include "kernels/cuda/llm/card_numbers.cuh"
#include "kernels/cuda/llm/launch.cuh"
#include "kernels/cuda/llm/packed_kernels.hpp"
#include "kernels/cuda/llm/warp_instructions.cuh"
#include "kernels/cuda/llm/weight_values.hpp"

namespace assay::cuda {
namespace {

constexpr unsigned kWarps = 8;
constexpr unsigned kThreads = 32 * kWarps;
constexpr unsigned kOutputsOfTile = 16;
constexpr unsigned kTokensOfTile = 8;

/// Two numbers of bf16 less 136. 0x43 over a byte n below 128 is 128 + n in bf16, whose step there is 1, and a weight
/// is 8 more than its value: no conversion, and exact.
__device__ __forceinline__ std::uint32_t less_136(std::uint32_t word) {
  constexpr std::uint32_t kBoth = 0x43084308U;
  __nv_bfloat162 pair;
  __nv_bfloat162 offset;
  memcpy(&pair, &word, sizeof pair);
  memcpy(&offset, &kBoth, sizeof offset);
  pair = __hsub2(pair, offset);
  memcpy(&word, &pair, sizeof pair);
  return word;
}

/// Four weights, one in the low half of each byte of `nibbles`, as two words of bf16.
__device__ __forceinline__ uint2 four_weights(std::uint32_t nibbles) {
  return make_uint2(less_136(__byte_perm(nibbles, 0x43U, 0x4140U)), less_136(__byte_perm(nibbles, 0x43U, 0x4342U)));
}
/// The low halves of the bytes of a word, or the high ones.
__device__ __forceinline__ std::uint32_t halves_of(std::uint32_t word, unsigned high) {
  return word >> 4U * high & 0x0f0f0f0fU;
}

__device__ __forceinline__ std::uint32_t word_of(const uint4& four, int which) {
  return which == 0 ? four.x : which == 1 ? four.y : which == 2 ? four.z : four.w;
}

/// What a lane holds of one group: of outputs 16 t + r and 16 t + r + 8.
template <int kOutputTiles>
struct LaneWeights {
  uint4 low[kOutputTiles];
  uint4 high[kOutputTiles];
  float low_scale[kOutputTiles];
  float high_scale[kOutputTiles];

  __device__ __forceinline__ void load(const PackedWeights& weights, std::uint32_t first, std::uint32_t group,
                                       unsigned quad) {
    const std::uint32_t groups = weights.columns / kInt4Group;
    const auto* const words = reinterpret_cast<const uint4*>(weights.values);
#pragma unroll
    for (int t = 0; t < kOutputTiles; ++t) {
      // What lies beyond the last output is read from it, and not stored.
      const std::size_t a =
          min(first + kOutputsOfTile * t, weights.rows - 1) * static_cast<std::size_t>(groups) + group;
      const std::size_t b =
          min(first + kOutputsOfTile * t + 8, weights.rows - 1) * static_cast<std::size_t>(groups) + group;
      low[t] = __ldg(words + 4 * a + quad);
      high[t] = __ldg(words + 4 * b + quad);
      low_scale[t] = __ldg(weights.scales + a);
      high_scale[t] = __ldg(weights.scales + b);
    }
  }
};

template <int kOutputTiles, int kTokenTiles>
struct LaneSums {
  static constexpr int kValues = 4 * kOutputTiles * kTokenTiles;
  float at[kOutputTiles][kTokenTiles][4] = {};
};

/// Eight inputs of each token tile from column `column` of row 8 t + r on: those of two steps.
template <int kTokenTiles>
__device__ __forceinline__ void load_inputs(const PackedProductWork& work, std::uint32_t row, std::uint32_t column,
                                            uint4 (&inputs)[kTokenTiles]) {
#pragma unroll
  for (int t = 0; t < kTokenTiles; ++t) {
    const std::uint32_t of = row + kTokensOfTile * t;
    inputs[t] = make_uint4(0U, 0U, 0U, 0U);
    if (of < work.rows) {
      inputs[t] = __ldg(
          reinterpret_cast<const uint4*>(work.inputs + static_cast<std::size_t>(of) * work.weights.columns + column));
    }
  }
}

/// One half of a group: 64 columns, of which a lane has 16 in two loads of inputs.
template <int kOutputTiles, int kTokenTiles>
__device__ __forceinline__ void add_half(const LaneWeights<kOutputTiles>& weights, unsigned half,
                                         const uint4 (&inputs)[2][kTokenTiles],
                                         LaneSums<kOutputTiles, kTokenTiles>& part) {
#pragma unroll
  for (int pair = 0; pair < 2; ++pair) {
#pragma unroll
    for (int step = 0; step < 2; ++step) {
#pragma unroll
      for (int o = 0; o < kOutputTiles; ++o) {
        const uint2 low = four_weights(halves_of(word_of(weights.low[o], 2 * pair + step), half));
        const uint2 high = four_weights(halves_of(word_of(weights.high[o], 2 * pair + step), half));
#pragma unroll
        for (int t = 0; t < kTokenTiles; ++t) {
          multiply_bf16(part.at[o][t], low.x, high.x, low.y, high.y, word_of(inputs[pair][t], 2 * step),
                        word_of(inputs[pair][t], 2 * step + 1));
        }
      }
    }
  }
}

template <int kTokenTiles>
__device__ __forceinline__ void load_half(const PackedProductWork& work, std::uint32_t row, std::uint32_t column,
                                          uint4 (&inputs)[2][kTokenTiles]) {
  load_inputs(work, row, column, inputs[0]);
  load_inputs(work, row, column + 8, inputs[1]);
}

template <int kOutputTiles, int kTokenTiles>
__device__ __forceinline__ void add_group(const PackedProductWork& work, const LaneWeights<kOutputTiles>& weights,
                                          std::uint32_t row, std::uint32_t first_column,
                                          LaneSums<kOutputTiles, kTokenTiles>& total) {
  LaneSums<kOutputTiles, kTokenTiles> part;
  if constexpr (kTokenTiles == 1) {
    // All inputs of the group are on their way at once: a lane waits for them once, not four times.
    uint4 inputs[2][2][1];
    load_half(work, row, first_column, inputs[0]);
    load_half(work, row, first_column + kInt4Group / 2, inputs[1]);
    add_half(weights, 0, inputs[0], part);
    add_half(weights, 1, inputs[1], part);
  } else {
    // One half after the other: both at once would take more registers than there are.
#pragma unroll 1
    for (unsigned half = 0; half < 2; ++half) {
      uint4 inputs[2][kTokenTiles];
      load_half(work, row, first_column + half * (kInt4Group / 2), inputs);
      add_half(weights, half, inputs, part);
    }
  }
#pragma unroll
  for (int o = 0; o < kOutputTiles; ++o) {
#pragma unroll
    for (int t = 0; t < kTokenTiles; ++t) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        total.at[o][t][i] += part.at[o][t][i] * (i < 2 ? weights.low_scale[o] : weights.high_scale[o]);
      }
    }
  }
}

/// The groups of one warp, of which kHeld are in registers or on their way to them.
template <int kOutputTiles, int kTokenTiles, unsigned kHeld>
__device__ __forceinline__ void add_groups(const PackedProductWork& work, std::uint32_t first_output, std::uint32_t row,
                                           unsigned warp, unsigned quad, LaneSums<kOutputTiles, kTokenTiles>& total) {
  const std::uint32_t groups = work.weights.columns / kInt4Group;
  LaneWeights<kOutputTiles> held[kHeld];
#pragma unroll
  for (unsigned h = 0; h < kHeld; ++h) {
    if (warp + h * kWarps < groups) {
      held[h].load(work.weights, first_output, warp + h * kWarps, quad);
    }
  }
  for (std::uint32_t first = warp; first < groups; first += kHeld * kWarps) {
#pragma unroll
    for (unsigned h = 0; h < kHeld; ++h) {
      const std::uint32_t group = first + h * kWarps;
      if (group < groups) {
        add_group(work, held[h], row, group * kInt4Group + 16 * quad, total);
        if (group + kHeld * kWarps < groups) {
          held[h].load(work.weights, first_output, group + kHeld * kWarps, quad);
        }
      }
    }
  }
}

/// The sums of all warps, in warp 0: halves of them join until one is left.
template <class Sums>
__device__ __forceinline__ void join_warps(Sums& sums, float (&shared)[kWarps / 2][Sums::kValues][32], unsigned warp,
                                           unsigned lane) {
  float* const mine = &sums.at[0][0][0];
#pragma unroll
  for (unsigned half = kWarps / 2; half > 0; half /= 2) {
    if (warp >= half && warp < 2 * half) {
#pragma unroll
      for (int i = 0; i < Sums::kValues; ++i) {
        shared[warp - half][i][lane] = mine[i];
      }
    }
    __syncthreads();
    if (warp < half) {
#pragma unroll
      for (int i = 0; i < Sums::kValues; ++i) {
        mine[i] += shared[warp][i][lane];
      }
    }
    __syncthreads();
  }
}

template <int kOutputTiles, int kTokenTiles, unsigned kHeld>
__global__ void __launch_bounds__(kThreads) packed_product_kernel(PackedProductWork work) {
  using Sums = LaneSums<kOutputTiles, kTokenTiles>;
  __shared__ float shared[kWarps / 2][Sums::kValues][32];
  const unsigned warp = threadIdx.x / 32;
  const unsigned lane = threadIdx.x % 32;
  const unsigned r = lane / 4;
  const unsigned quad = lane % 4;
  // Blocks of the same outputs run next to each other, so that the weights of all but one come from a cache.
  const std::uint32_t first_row = blockIdx.x * kTokenTiles * kTokensOfTile;
  const std::uint32_t first_output = blockIdx.y * kOutputTiles * kOutputsOfTile;
  Sums total;
  add_groups<kOutputTiles, kTokenTiles, kHeld>(work, first_output + r, first_row + r, warp, quad, total);
  join_warps(total, shared, warp, lane);
  if (warp != 0) {
    return;
  }
#pragma unroll
  for (int o = 0; o < kOutputTiles; ++o) {
#pragma unroll
    for (int t = 0; t < kTokenTiles; ++t) {
#pragma unroll
      for (unsigned i = 0; i < 4; ++i) {
        const std::uint32_t row = first_row + kTokensOfTile * t + 2 * quad + i % 2;
        const std::uint32_t output = first_output + kOutputsOfTile * o + r + 8 * (i / 2);
        if (row < work.rows && output < work.weights.rows) {
          work.outputs[static_cast<std::size_t>(row) * work.weights.rows + output] =
              static_cast<std::uint16_t>(packed_bf16(total.at[o][t][i], 0.0F));
        }
      }
    }
  }
}

template <std::size_t kWay>
void launch_way(StreamHandle stream, const PackedProductWork& work) {
  constexpr PackedWay kOf = kPackedWays[kWay];
  static_assert(kOf.rows % kTokensOfTile == 0 && kOf.outputs % kOutputsOfTile == 0);
  const dim3 grid((work.rows + kOf.rows - 1) / kOf.rows, (work.weights.rows + kOf.outputs - 1) / kOf.outputs);
  constexpr auto kKernel = packed_product_kernel<static_cast<int>(kOf.outputs / kOutputsOfTile),
                                                 static_cast<int>(kOf.rows / kTokensOfTile), kOf.groups_held>;
  ASSAY_LAUNCH(kKernel, grid, kThreads, stream)(work);
}

template <std::size_t... kWays>
void launch_one_of(std::size_t way, std::index_sequence<kWays...> /*ways*/, StreamHandle stream,
                   const PackedProductWork& work) {
  static_cast<void>(((way == kWays && (launch_way<kWays>(stream, work), true)) || ...));
}

// A block unpacks a row.
__global__ void __launch_bounds__(kThreads) unpack_kernel(PackedWeights weights, std::uint16_t* to) {
  const std::size_t row = blockIdx.x;
  const std::uint32_t groups = weights.columns / kInt4Group;
  const auto* const words = reinterpret_cast<const std::uint32_t*>(weights.values) + row * (weights.columns / 8);
  for (std::uint32_t i = threadIdx.x; i < weights.columns / 8; i += kThreads) {
    const std::uint32_t group = i / 16;
    const float scale = __ldg(weights.scales + row * groups + group);
    const std::uint32_t word = __ldg(words + i);
    const auto scaled = [scale](uint2 four) {
      const float2 a = bf16_pair(four.x);
      const float2 b = bf16_pair(four.y);
      return make_uint2(packed_bf16(a.x * scale, a.y * scale), packed_bf16(b.x * scale, b.y * scale));
    };
    std::uint16_t* const first = to + row * weights.columns + group * kInt4Group + i % 16 * 4;
    *reinterpret_cast<uint2*>(first) = scaled(four_weights(halves_of(word, 0)));
    *reinterpret_cast<uint2*>(first + kInt4Group / 2) = scaled(four_weights(halves_of(word, 1)));
  }
}

}  // namespace

void launch_packed_product(StreamHandle stream, const PackedProductWork& work, std::size_t way) {
  launch_one_of(way, std::make_index_sequence<kPackedWays.size()>(), stream, work);
  check_launch("packed_product_kernel");
}

void launch_unpack(StreamHandle stream, const PackedWeights& weights, std::uint16_t* to) {
  ASSAY_LAUNCH(unpack_kernel, weights.rows, kThreads, stream)(weights, to);
  check_launch("unpack_kernel");
}

}  // namespace assay::cuda
