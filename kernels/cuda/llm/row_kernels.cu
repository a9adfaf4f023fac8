// Embedding, norm, gate and the stand-in for an all-reduce: a block works on a row, or on a piece of the vector.
#include "kernels/cuda/llm/card_numbers.cuh"
#include "kernels/cuda/llm/launch.cuh"

namespace assay::cuda {
namespace {

constexpr unsigned kRowThreads = 512;
constexpr unsigned kEmbedThreads = 256;

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

// Each thread reads again only what it wrote itself, so that the second pass over `hidden` needs no barrier.
__global__ void __launch_bounds__(kRowThreads) norm_kernel(NormWork work) {
  __shared__ float shared[64];
  const std::size_t to_row = blockIdx.x;
  const std::size_t row = work.outputs != nullptr ? work.outputs[to_row].row : to_row;
  float* const hidden = work.hidden + row * work.size;
  const bool keep = work.outputs == nullptr;
  SumAndLargest mine{0.0F, 0.0F};
  for (std::uint32_t i = 4 * threadIdx.x; i < work.size; i += 4 * kRowThreads) {
    float4 h = *reinterpret_cast<const float4*>(hidden + i);
    if (work.delta.values != nullptr) {
      const float4 d = product_values(work.delta, row, work.size, i);
      h = make_float4(h.x + d.x, h.y + d.y, h.z + d.z, h.w + d.w);
      if (keep) {
        *reinterpret_cast<float4*>(hidden + i) = h;
      }
    }
    const float4 g = *reinterpret_cast<const float4*>(work.gain + i);
    mine.sum += h.x * h.x + h.y * h.y + h.z * h.z + h.w * h.w;
    mine.largest = fmaxf(mine.largest, largest_of(make_float4(h.x * g.x, h.y * g.y, h.z * g.z, h.w * g.w)));
  }
  const SumAndLargest whole = block_reduce(mine, shared);
  const float factor = rsqrtf(whole.sum / static_cast<float>(work.size) + work.epsilon);
  const float scale = f8_scale_of(whole.largest * factor);
  if (threadIdx.x == 0 && work.input.format == ActivationFormat::f8) {
    work.input.scales[to_row] = scale;
  }
  const float inverse = 1.0F / scale;
  for (std::uint32_t i = 4 * threadIdx.x; i < work.size; i += 4 * kRowThreads) {
    float4 h = *reinterpret_cast<const float4*>(hidden + i);
    if (!keep && work.delta.values != nullptr) {
      const float4 d = product_values(work.delta, row, work.size, i);
      h = make_float4(h.x + d.x, h.y + d.y, h.z + d.z, h.w + d.w);
    }
    const float4 g = *reinterpret_cast<const float4*>(work.gain + i);
    const float4 v = make_float4(h.x * g.x * factor, h.y * g.y * factor, h.z * g.z * factor, h.w * g.w * factor);
    store_input(work.input, to_row * work.size + i, v, inverse);
  }
}

__device__ __forceinline__ float4 gated_four(const GateWork& work, std::size_t row, std::uint32_t i) {
  const float4 a = product_values(work.pairs, row, 2 * work.size, 2 * i);
  const float4 b = product_values(work.pairs, row, 2 * work.size, 2 * i + 4);
  return make_float4(gated_value(a.x, a.y), gated_value(a.z, a.w), gated_value(b.x, b.y), gated_value(b.z, b.w));
}

// Computed twice where the largest must be known first: the second reading comes from the second-level cache.
__global__ void __launch_bounds__(kRowThreads) gate_kernel(GateWork work) {
  __shared__ float shared[64];
  const std::size_t row = blockIdx.x;
  float inverse = 1.0F;
  if (work.input.format == ActivationFormat::f8) {
    SumAndLargest mine{0.0F, 0.0F};
    for (std::uint32_t i = 4 * threadIdx.x; i < work.size; i += 4 * kRowThreads) {
      mine.largest = fmaxf(mine.largest, largest_of(gated_four(work, row, i)));
    }
    const float scale = f8_scale_of(block_reduce(mine, shared).largest);
    if (threadIdx.x == 0) {
      work.input.scales[row] = scale;
    }
    inverse = 1.0F / scale;
  }
  for (std::uint32_t i = 4 * threadIdx.x; i < work.size; i += 4 * kRowThreads) {
    store_input(work.input, row * work.size + i, gated_four(work, row, i), inverse);
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
  ASSAY_LAUNCH(gate_kernel, work.row_count, kRowThreads, stream)(work);
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
