// Embedding, norm, gate and the stand-in for an all-reduce: a block works on a row, or on a piece of the vector.
#include "kernels/cuda/llm/card_numbers.cuh"
#include "kernels/cuda/llm/launch.cuh"

namespace assay::cuda {
namespace {

// A step of few sequences has few rows, each of which is the business of one multiprocessor: all of its threads, and
// what they read is on its way at once and then stays in registers.
constexpr unsigned kRowThreads = 1024;
constexpr unsigned kEmbedThreads = 256;
constexpr std::uint32_t kRowStep = 4 * kRowThreads;
constexpr std::uint32_t kNormHeld = 2;  // fours of a thread: rows of 8,192
constexpr std::uint32_t kGateHeld = 7;  // of 28,672

__global__ void __launch_bounds__(kEmbedThreads) embed_kernel(EmbedWork work) {
  const std::size_t row = blockIdx.x;
  std::uint32_t token = work.rows[row].token;
  if ((token & kTokenOfStepBefore) != 0U) {
    token = work.chosen_before[token & ~kTokenOfStepBefore];
  }
  // A step that failed chose no token: it must not lead to a read outside the table.
  token = token < work.vocabulary ? token : 0U;
  if (threadIdx.x == 0) {
    work.tokens[row] = token;
  }
  const std::uint16_t* const from = work.table + static_cast<std::size_t>(token) * work.size;
  float* const to = work.hidden + row * work.size;
  for (std::uint32_t i = 8 * threadIdx.x; i < work.size; i += 8 * kEmbedThreads) {
    const uint4 bits = *reinterpret_cast<const uint4*>(from + i);
    const float2 a = bf16_pair(bits.x);
    const float2 b = bf16_pair(bits.y);
    const float2 c = bf16_pair(bits.z);
    const float2 d = bf16_pair(bits.w);
    *reinterpret_cast<float4*>(to + i) = make_float4(a.x, a.y, b.x, b.y);
    *reinterpret_cast<float4*>(to + i + 4) = make_float4(c.x, c.y, d.x, d.y);
  }
}

/// Four values of the residual stream, the product's output added and stored where the stream goes on.
__device__ __forceinline__ float4 next_hidden(const NormWork& work, std::size_t row, std::uint32_t i, bool store) {
  float* const at = work.hidden + row * work.size + i;
  float4 h = *reinterpret_cast<const float4*>(at);
  if (work.delta.values != nullptr) {
    const float4 d = product_values(work.delta, row, work.size, i);
    h = make_float4(h.x + d.x, h.y + d.y, h.z + d.z, h.w + d.w);
    if (store) {
      *reinterpret_cast<float4*>(at) = h;
    }
  }
  return h;
}

__device__ __forceinline__ float4 with_gain(float4 h, const float* gain) {
  const float4 g = *reinterpret_cast<const float4*>(gain);
  return make_float4(h.x * g.x, h.y * g.y, h.z * g.z, h.w * g.w);
}

__device__ __forceinline__ float4 times(float4 v, float factor) {
  return make_float4(v.x * factor, v.y * factor, v.z * factor, v.w * factor);
}

__device__ __forceinline__ void take(SumAndLargest& mine, float4 h, float4 gained) {
  mine.sum += h.x * h.x + h.y * h.y + h.z * h.z + h.w * h.w;
  mine.largest = fmaxf(mine.largest, largest_of(gained));
}

// What is not held is read again, by the thread that wrote it: the second pass needs no barrier.
__global__ void __launch_bounds__(kRowThreads) norm_kernel(NormWork work) {
  __shared__ float shared[64];
  const std::size_t to_row = blockIdx.x;
  const std::size_t row = work.outputs != nullptr ? work.outputs[to_row].row : to_row;
  const bool keep = work.outputs == nullptr;
  const std::uint32_t first = 4 * threadIdx.x;
  SumAndLargest mine{0.0F, 0.0F};
  float4 held[kNormHeld];
#pragma unroll
  for (std::uint32_t k = 0; k < kNormHeld; ++k) {
    const std::uint32_t i = first + k * kRowStep;
    if (i < work.size) {
      const float4 h = next_hidden(work, row, i, keep);
      held[k] = with_gain(h, work.gain + i);
      take(mine, h, held[k]);
    }
  }
  for (std::uint32_t i = first + kNormHeld * kRowStep; i < work.size; i += kRowStep) {
    const float4 h = next_hidden(work, row, i, keep);
    take(mine, h, with_gain(h, work.gain + i));
  }
  const SumAndLargest whole = block_reduce(mine, shared);
  const float factor = rsqrtf(whole.sum / static_cast<float>(work.size) + work.epsilon);
  const float scale = f8_scale_of(whole.largest * factor);
  if (threadIdx.x == 0 && work.input.format == ActivationFormat::f8) {
    work.input.scales[to_row] = scale;
  }
  const float inverse = 1.0F / scale;
#pragma unroll
  for (std::uint32_t k = 0; k < kNormHeld; ++k) {
    const std::uint32_t i = first + k * kRowStep;
    if (i < work.size) {
      store_input(work.input, to_row * work.size + i, times(held[k], factor), inverse);
    }
  }
  for (std::uint32_t i = first + kNormHeld * kRowStep; i < work.size; i += kRowStep) {
    const float4 h =
        keep ? *reinterpret_cast<const float4*>(work.hidden + row * work.size + i) : next_hidden(work, row, i, false);
    store_input(work.input, to_row * work.size + i, times(with_gain(h, work.gain + i), factor), inverse);
  }
}

__device__ __forceinline__ float4 gated_four(const GateWork& work, std::size_t row, std::uint32_t i) {
  const float4 a = product_values(work.pairs, row, 2 * work.size, 2 * i);
  const float4 b = product_values(work.pairs, row, 2 * work.size, 2 * i + 4);
  return make_float4(gated_value(a.x, a.y), gated_value(a.z, a.w), gated_value(b.x, b.y), gated_value(b.z, b.w));
}

// The largest of the whole row must be known before the first value is rounded: what is not held is computed twice.
__global__ void __launch_bounds__(kRowThreads) gate_in_f8_kernel(GateWork work) {
  __shared__ float shared[64];
  const std::size_t row = blockIdx.x;
  const std::uint32_t first = 4 * threadIdx.x;
  SumAndLargest mine{0.0F, 0.0F};
  float4 held[kGateHeld];
#pragma unroll
  for (std::uint32_t k = 0; k < kGateHeld; ++k) {
    const std::uint32_t i = first + k * kRowStep;
    if (i < work.size) {
      held[k] = gated_four(work, row, i);
      mine.largest = fmaxf(mine.largest, largest_of(held[k]));
    }
  }
  for (std::uint32_t i = first + kGateHeld * kRowStep; i < work.size; i += kRowStep) {
    mine.largest = fmaxf(mine.largest, largest_of(gated_four(work, row, i)));
  }
  const float scale = f8_scale_of(block_reduce(mine, shared).largest);
  if (threadIdx.x == 0) {
    work.input.scales[row] = scale;
  }
  const float inverse = 1.0F / scale;
#pragma unroll
  for (std::uint32_t k = 0; k < kGateHeld; ++k) {
    const std::uint32_t i = first + k * kRowStep;
    if (i < work.size) {
      store_input(work.input, row * work.size + i, held[k], inverse);
    }
  }
  for (std::uint32_t i = first + kGateHeld * kRowStep; i < work.size; i += kRowStep) {
    store_input(work.input, row * work.size + i, gated_four(work, row, i), inverse);
  }
}

// No scale, and so any number of blocks a row.
__global__ void __launch_bounds__(kEmbedThreads) gate_kernel(GateWork work) {
  const std::uint32_t i = 4 * (blockIdx.y * kEmbedThreads + threadIdx.x);
  if (i < work.size) {
    store_input(work.input, std::size_t{blockIdx.x} * work.size + i, gated_four(work, blockIdx.x, i), 1.0F);
  }
}

__device__ __forceinline__ std::uint32_t added_bf16(std::uint32_t a, std::uint32_t b) {
  const float2 x = bf16_pair(a);
  const float2 y = bf16_pair(b);
  return packed_bf16(x.x + y.x, x.y + y.y);
}

// A rank of a ring sends and receives (n - 1) / n of the bytes twice: pass 0 goes over the whole of it for n > 2, a
// second one over what remains.
__global__ void __launch_bounds__(kEmbedThreads)
    all_reduce_kernel(AllReduceWork work, std::uint64_t first, std::uint64_t second) {
  const std::uint64_t step = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < first; i += step) {
    uint4* const at = reinterpret_cast<uint4*>(work.values) + i;
    const uint4 other = reinterpret_cast<const uint4*>(work.peers)[i];
    uint4 value = *at;
    value = make_uint4(added_bf16(value.x, other.x), added_bf16(value.y, other.y), added_bf16(value.z, other.z),
                       added_bf16(value.w, other.w));
    *at = value;
    if (i < second) {
      // Past the first-level cache, so that the bytes move again.
      const uint4 again = __ldcg(at);
      const uint4 zeros = __ldcg(reinterpret_cast<const uint4*>(work.peers) + i);
      __stcg(at, make_uint4(added_bf16(again.x, zeros.x), added_bf16(again.y, zeros.y), added_bf16(again.z, zeros.z),
                            added_bf16(again.w, zeros.w)));
    }
  }
}

}  // namespace

void launch_embed(StreamHandle stream, const EmbedWork& work) {
  ASSAY_LAUNCH(embed_kernel, work.row_count, kEmbedThreads, stream)(work);
  check_launch("embed_kernel");
}

void launch_norm(StreamHandle stream, const NormWork& work) {
  ASSAY_LAUNCH(norm_kernel, work.row_count, kRowThreads, stream)(work);
  check_launch("norm_kernel");
}

void launch_gate(StreamHandle stream, const GateWork& work) {
  if (work.input.format == ActivationFormat::f8) {
    ASSAY_LAUNCH(gate_in_f8_kernel, work.row_count, kRowThreads, stream)(work);
    check_launch("gate_in_f8_kernel");
    return;
  }
  const dim3 grid(work.row_count, (work.size + 4 * kEmbedThreads - 1) / (4 * kEmbedThreads));
  ASSAY_LAUNCH(gate_kernel, grid, kEmbedThreads, stream)(work);
  check_launch("gate_kernel");
}

void launch_all_reduce_stand_in(StreamHandle stream, const AllReduceWork& work) {
  const std::uint64_t whole = work.count / 8;
  const std::uint64_t wanted = 2 * whole * (work.ranks - 1) / work.ranks;
  const std::uint64_t first = wanted < whole ? wanted : whole;
  const auto blocks = static_cast<unsigned>((first + kEmbedThreads - 1) / kEmbedThreads);
  if (blocks == 0) {
    return;
  }
  ASSAY_LAUNCH(all_reduce_kernel, blocks < 1024 ? blocks : 1024, kEmbedThreads, stream)(work, first, wanted - first);
  check_launch("all_reduce_kernel");
}

}  // namespace assay::cuda
