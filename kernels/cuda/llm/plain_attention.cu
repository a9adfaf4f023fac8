// Attention without matrix instructions, and the joining of splits.
#include "kernels/cuda/llm/launch.cuh"
#include "kernels/cuda/llm/matrix_pieces.cuh"

namespace assay::cuda {
namespace {

constexpr unsigned kPlainThreads = 32;
constexpr unsigned kFinishThreads = 512;
constexpr unsigned kMostHeads = kMostQuerySize / 64;

template <CacheFormat kFormat>
__device__ __forceinline__ float element_of(const std::uint8_t* plane, std::uint32_t index) {
  if constexpr (kFormat == CacheFormat::f8) {
    return f8_value(plane[index]);
  } else {
    return bf16_value(reinterpret_cast<const std::uint16_t*>(plane)[index]);
  }
}

// A lane holds dims lane, lane + 32, ... of one query; token after token.
template <CacheFormat kFormat, int kDim>
__global__ void __launch_bounds__(kPlainThreads) plain_attention_kernel(PlainAttentionWork work) {
  constexpr int kBytes = Pieces<kFormat>::kBytes;
  constexpr int kOfLane = kDim / 32;
  const std::size_t row = blockIdx.x;
  const std::uint32_t head = blockIdx.y;
  const std::uint32_t lane = threadIdx.x;
  const StepRow of = work.rows[row];
  const std::uint32_t kv_head = head / (work.heads / work.cache.kv_heads);
  const std::size_t at = (row * work.heads + head) * kDim;
  float q[kOfLane];
  float out[kOfLane] = {};
#pragma unroll
  for (int i = 0; i < kOfLane; ++i) {
    q[i] = Pieces<kFormat>::values(work.queries[at + lane + 32 * i]).x;
  }
  const float factor = kLog2OfE * rsqrtf(static_cast<float>(kDim));
  float largest = kNoScore;
  float sum = 0.0F;
  for (std::uint32_t token = 0; token <= of.position; ++token) {
    const std::uint32_t page = work.pages[of.page_offset + token / kTokensPerPage];
    const std::uint8_t* const keys = block_of<kDim, kBytes>(work.cache, page, kv_head);
    const std::uint8_t* const values = keys + kPlaneBytes<kDim, kBytes>;
    const std::uint32_t slot = token % kTokensPerPage;
    float dot = 0.0F;
#pragma unroll
    for (int i = 0; i < kOfLane; ++i) {
      dot += q[i] * element_of<kFormat>(keys, slot * kDim + lane + 32 * i);
    }
    const float score = warp_sum(dot) * factor;
    const float most = fmaxf(largest, score);
    const float keep = exp2f(largest - most);
    const float weight = exp2f(score - most);
    largest = most;
    sum = sum * keep + weight;
#pragma unroll
    for (int i = 0; i < kOfLane; ++i) {
      out[i] = out[i] * keep + weight * element_of<kFormat>(values, (lane + 32 * i) * kTokensPerPage + slot);
    }
  }
#pragma unroll
  for (int i = 0; i < kOfLane; ++i) {
    work.attended[at + lane + 32 * i] = bf16_from(out[i] / sum);
  }
}

/// What a decode's splits left, and how many of them have tokens.
struct Parts {
  std::size_t first;  ///< part of split 0 of the first kv head
  std::uint32_t used;
};

/// Four values of a decode's row: its splits, each by its share of the whole.
__device__ __forceinline__ float4 joined_four(const FinishAttentionWork& work, const float* shares, const Parts& parts,
                                              std::uint32_t group, std::uint32_t head, std::uint32_t dim) {
  float4 value = make_float4(0.0F, 0.0F, 0.0F, 0.0F);
  const std::size_t first_part = (parts.first + std::size_t{head / group} * work.parts.splits) * group + head % group;
  const float* const from = work.parts.values + first_part * work.dim + dim;
#pragma unroll 4
  for (std::uint32_t split = 0; split < parts.used; ++split) {
    const float4 v = *reinterpret_cast<const float4*>(from + std::size_t{split} * group * work.dim);
    const float share = shares[head * kMostSplits + split];
    value = make_float4(value.x + share * v.x, value.y + share * v.y, value.z + share * v.z, value.w + share * v.w);
  }
  return value;
}

// shares: [head][split]. A warp takes a head, a lane a split.
__device__ __forceinline__ void shares_of_splits(const FinishAttentionWork& work, const Parts& parts,
                                                 std::uint32_t group, float* shares) {
  static_assert(kMostSplits <= 32);
  const std::uint32_t lane = threadIdx.x % 32;
  const auto* const sums = reinterpret_cast<const float2*>(work.parts.sums);
  for (std::uint32_t head = threadIdx.x / 32; head < work.heads; head += kFinishThreads / 32) {
    const std::size_t part = (parts.first + std::size_t{head / group} * work.parts.splits) * group + head % group;
    SoftmaxPart mine{kNoScore, 0.0F};
    if (lane < parts.used) {
      const float2 of = sums[part + std::size_t{lane} * group];
      mine = {of.x, of.y};
    }
    const float largest = warp_largest(mine.largest);
    const float share = share_in(mine, largest);
    const float sum = warp_sum(mine.sum * share);
    if (lane < parts.used) {
      shares[head * kMostSplits + lane] = share / sum;
    }
  }
  __syncthreads();
}

// The values of a row stay in registers between the search for the largest and the rounding.
__global__ void __launch_bounds__(kFinishThreads, 2) finish_attention_kernel(FinishAttentionWork work) {
  __shared__ float shares[kMostHeads * kMostSplits];
  __shared__ float shared[64];
  constexpr int kOfThread = kMostQuerySize / (4 * kFinishThreads);
  const std::size_t row = blockIdx.x;
  const std::uint32_t size = work.heads * work.dim;
  const std::uint32_t group = work.heads / work.kv_heads;
  const StepRow of = work.rows[row];
  const std::uint32_t decode = work.parts.values != nullptr ? of.decode : kNoIndex;
  const Parts parts{std::size_t{decode} * work.kv_heads * work.parts.splits,
                    splits_with_pages(of.position + 1, work.parts.splits)};
  if (decode != kNoIndex) {
    shares_of_splits(work, parts, group, shares);
  }
  float4 values[kOfThread];
  SumAndLargest mine{0.0F, 0.0F};
#pragma unroll
  for (int k = 0; k < kOfThread; ++k) {
    const std::uint32_t i = 4 * (threadIdx.x + k * kFinishThreads);
    values[k] = make_float4(0.0F, 0.0F, 0.0F, 0.0F);
    if (i < size) {
      values[k] = decode != kNoIndex ? joined_four(work, shares, parts, group, i / work.dim, i % work.dim)
                                     : product_values({work.attended, nullptr, nullptr}, row, size, i);
    }
    mine.largest = fmaxf(mine.largest, largest_of(values[k]));
  }
  float inverse = 1.0F;
  if (work.input.format == ActivationFormat::f8) {
    const float scale = f8_scale_of(block_reduce(mine, shared).largest);
    if (threadIdx.x == 0) {
      work.input.scales[row] = scale;
    }
    inverse = 1.0F / scale;
  }
#pragma unroll
  for (int k = 0; k < kOfThread; ++k) {
    const std::uint32_t i = 4 * (threadIdx.x + k * kFinishThreads);
    if (i < size) {
      store_input(work.input, row * size + i, values[k], inverse);
    }
  }
}

}  // namespace

void launch_plain_attention(StreamHandle stream, const PlainAttentionWork& work) {
  const dim3 grid(work.row_count, work.heads);
  const bool wide = work.cache.dim == 128;
  if (work.cache.format == CacheFormat::f8) {
    const auto kernel =
        wide ? plain_attention_kernel<CacheFormat::f8, 128> : plain_attention_kernel<CacheFormat::f8, 64>;
    ASSAY_LAUNCH(kernel, grid, kPlainThreads, stream)(work);
  } else {
    const auto kernel =
        wide ? plain_attention_kernel<CacheFormat::bf16, 128> : plain_attention_kernel<CacheFormat::bf16, 64>;
    ASSAY_LAUNCH(kernel, grid, kPlainThreads, stream)(work);
  }
  check_launch("plain_attention_kernel");
}

void launch_finish_attention(StreamHandle stream, const FinishAttentionWork& work) {
  ASSAY_LAUNCH(finish_attention_kernel, work.row_count, kFinishThreads, stream)(work);
  check_launch("finish_attention_kernel");
}

}  // namespace assay::cuda
