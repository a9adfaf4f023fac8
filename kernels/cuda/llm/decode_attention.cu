// Attention of sequences that answer: one query token each, all heads of a group at once.
//
// A page of 16 tokens is the 16 rows of the matrix instruction and the up to 8 heads of a group are its 8 columns, so
// that nothing is padded where the group is 8: scores' = K Q', and then outputs' += V' P', for which the cache keeps V
// transposed. The softmax runs over rows, three shuffles away; P needs one transposition of 8 x 8 in registers.
// Flash-decoding: the pages of a sequence are split over blocks, the splits over four warps, page by page in turn.
#include "kernels/cuda/llm/launch.cuh"
#include "kernels/cuda/llm/matrix_pieces.cuh"

namespace assay::cuda {
namespace {

constexpr int kWarps = 4;
constexpr unsigned kThreads = 32 * kWarps;
static_assert(kLeastPagesOfSplit == kWarps);

/// A lane's part of what a warp knows of its pages: head 2 q and head 2 q + 1.
template <int kDim>
struct Running {
  float largest[2] = {kNoScore, kNoScore};
  float sum[2] = {0.0F, 0.0F};   ///< of this lane's tokens alone
  float out[kDim / 16][4] = {};  ///< dim 16 t + r of both heads, dim 16 t + r + 8 of both
};

template <CacheFormat kFormat, int kDim>
struct DecodeWarp {
  using P = Pieces<kFormat>;
  static constexpr int kSteps = kDim / 16;
  static constexpr int kLoads = kSteps / P::kStepsOfLoad;  // of a row of K
  static constexpr int kLoadDims = 16 / P::kBytes;         // that a lane gets
  static constexpr int kRowWords = kDim * P::kBytes / 16;  // 16-byte words of a row of K

  std::uint32_t q[kSteps][2];
  unsigned r;     // lane / 4
  unsigned quad;  // lane % 4

  /// Queries are 16-bit floats; the words of k-step s are dims `load * 4 * kLoadDims + quad * kLoadDims + 4 * s` and
  /// on.
  __device__ __forceinline__ void load_queries(const std::uint16_t* group_queries, std::uint32_t group) {
#pragma unroll
    for (int load = 0; load < kLoads; ++load) {
#pragma unroll
      for (int s = 0; s < P::kStepsOfLoad; ++s) {
        const int dim = load * 4 * kLoadDims + static_cast<int>(quad) * kLoadDims + 4 * s;
        uint2 words = make_uint2(0U, 0U);
        if (r < group) {
          words = *reinterpret_cast<const uint2*>(group_queries + r * kDim + dim);
        }
        q[load * P::kStepsOfLoad + s][0] = words.x;
        q[load * P::kStepsOfLoad + s][1] = words.y;
      }
    }
  }

  __device__ __forceinline__ void scores_of(const std::uint8_t* keys, float (&s)[4]) const {
    const auto* const low = reinterpret_cast<const uint4*>(keys) + token_of_row(r) * kRowWords + quad;
    const auto* const high = reinterpret_cast<const uint4*>(keys) + token_of_row(r + 8) * kRowWords + quad;
    uint4 a[kLoads];
    uint4 b[kLoads];
#pragma unroll
    for (int load = 0; load < kLoads; ++load) {
      a[load] = __ldg(low + 4 * load);
      b[load] = __ldg(high + 4 * load);
    }
#pragma unroll
    for (int load = 0; load < kLoads; ++load) {
#pragma unroll
      for (int step = 0; step < P::kStepsOfLoad; ++step) {
        const uint2 row = P::step(a[load], step);
        const uint2 row8 = P::step(b[load], step);
        const int k = load * P::kStepsOfLoad + step;
        P::multiply(s, row.x, row8.x, row.y, row8.y, q[k][0], q[k][1]);
      }
    }
  }

  using Four = typename P::Four;
  struct Values {
    Four low[kDim / 16];
    Four high[kDim / 16];
  };
  // A row of V' is 16 tokens; a lane takes tokens 4 quad to 4 quad + 3 of dims 16 t + r and 16 t + r + 8.
  __device__ __forceinline__ void load_values(const std::uint8_t* values, Values& v) const {
    const auto* const from = reinterpret_cast<const Four*>(values);
#pragma unroll
    for (int t = 0; t < kDim / 16; ++t) {
      v.low[t] = __ldg(from + (16 * t + r) * 4 + quad);
      v.high[t] = __ldg(from + (16 * t + r + 8) * 4 + quad);
    }
  }

  // What the warp has seen so far moves to the new largest scores; returns the weights of this page's tokens.
  __device__ __forceinline__ void weigh(float (&s)[4], float factor, std::uint32_t first, std::uint32_t tokens,
                                        Running<kDim>& run) const {
    const bool low_seen = first + token_of_row(r) < tokens;
    const bool high_seen = first + token_of_row(r + 8) < tokens;
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      s[h] = low_seen ? s[h] * factor : kNoScore;
      s[2 + h] = high_seen ? s[2 + h] * factor : kNoScore;
      float most = fmaxf(s[h], s[2 + h]);
      most = fmaxf(most, __shfl_xor_sync(kWholeWarp, most, 4));
      most = fmaxf(most, __shfl_xor_sync(kWholeWarp, most, 8));
      most = fmaxf(most, __shfl_xor_sync(kWholeWarp, most, 16));
      most = fmaxf(most, run.largest[h]);
      const float keep = exp2f(run.largest[h] - most);
      run.largest[h] = most;
      s[h] = exp2f(s[h] - most);
      s[2 + h] = exp2f(s[2 + h] - most);
      run.sum[h] = run.sum[h] * keep + s[h] + s[2 + h];
#pragma unroll
      for (int t = 0; t < kDim / 16; ++t) {
        run.out[t][h] *= keep;
        run.out[t][2 + h] *= keep;
      }
    }
  }

  __device__ __forceinline__ void add(const Values& v, const float (&p)[4], Running<kDim>& run) const {
    const std::uint32_t b0 = transposed(P::packed(p[0], p[1]));
    const std::uint32_t b1 = transposed(P::packed(p[2], p[3]));
#pragma unroll
    for (int t = 0; t < kDim / 16; ++t) {
      const uint2 low = P::four(v.low[t]);
      const uint2 high = P::four(v.high[t]);
      P::multiply(run.out[t], low.x, high.x, low.y, high.y, b0, b1);
    }
  }
};

template <int kDim>
struct SharedParts {
  float sums[kWarps][kMostGroup][2];
  float values[kWarps][kMostGroup][kDim];
};

// The parts of the four warps become the part of the split.
template <int kDim>
__device__ __forceinline__ void store_split(const SharedParts<kDim>& shared, const SplitParts& parts,
                                            std::size_t first_part, std::uint32_t group) {
  for (std::uint32_t i = threadIdx.x; i < group * kDim; i += kThreads) {
    const std::uint32_t head = i / kDim;
    SoftmaxPart whole{kNoScore, 0.0F};
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
      whole = joined(whole, {shared.sums[w][head][0], shared.sums[w][head][1]});
    }
    float value = 0.0F;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
      const SoftmaxPart part{shared.sums[w][head][0], shared.sums[w][head][1]};
      value += share_in(part, whole.largest) * shared.values[w][head][i % kDim];
    }
    parts.values[first_part * kDim + i] = value;
    if (i % kDim == 0) {
      parts.sums[2 * (first_part + head)] = whole.largest;
      parts.sums[2 * (first_part + head) + 1] = whole.sum;
    }
  }
}

template <CacheFormat kFormat, int kDim>
__global__ void __launch_bounds__(kThreads, 4) decode_attention_kernel(DecodeAttentionWork work) {
  __shared__ SharedParts<kDim> shared;
  constexpr int kBytes = Pieces<kFormat>::kBytes;
  const DecodeEntry of = work.decodes[blockIdx.x];
  if (of.tokens == 0) {
    return;  // padding: the whole block
  }
  const PageRange range = pages_of_split(of.tokens, blockIdx.z, work.parts.splits);
  if (range.first == range.end) {
    return;  // nobody asks for its part
  }
  const std::uint32_t kv_head = blockIdx.y;
  const std::uint32_t group = work.heads / work.cache.kv_heads;
  const unsigned warp = threadIdx.x / 32;
  const unsigned lane = threadIdx.x % 32;
  DecodeWarp<kFormat, kDim> of_warp;
  of_warp.r = lane / 4;
  of_warp.quad = lane % 4;
  of_warp.load_queries(
      work.queries + (static_cast<std::size_t>(of.row) * work.heads + static_cast<std::size_t>(kv_head) * group) * kDim,
      group);
  const float factor = kLog2OfE * rsqrtf(static_cast<float>(kDim));
  Running<kDim> run;
  for (std::uint32_t at = range.first + warp; at < range.end; at += kWarps) {
    const std::uint8_t* const block =
        block_of<kDim, kBytes>(work.cache, __ldg(work.pages + of.page_offset + at), kv_head);
    typename DecodeWarp<kFormat, kDim>::Values values;
    of_warp.load_values(block + kPlaneBytes<kDim, kBytes>, values);
    float s[4] = {};
    of_warp.scores_of(block, s);
    of_warp.weigh(s, factor, at * kTokensPerPage, of.tokens, run);
    of_warp.add(values, s, run);
  }
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    float sum = run.sum[h];
    sum += __shfl_xor_sync(kWholeWarp, sum, 4);
    sum += __shfl_xor_sync(kWholeWarp, sum, 8);
    sum += __shfl_xor_sync(kWholeWarp, sum, 16);
    const unsigned head = 2 * of_warp.quad + h;
    if (of_warp.r == 0) {
      shared.sums[warp][head][0] = run.largest[h];
      shared.sums[warp][head][1] = sum;
    }
#pragma unroll
    for (int t = 0; t < kDim / 16; ++t) {
      shared.values[warp][head][16 * t + of_warp.r] = run.out[t][h];
      shared.values[warp][head][16 * t + of_warp.r + 8] = run.out[t][2 + h];
    }
  }
  __syncthreads();
  const std::size_t split_index =
      (static_cast<std::size_t>(blockIdx.x) * work.cache.kv_heads + kv_head) * work.parts.splits + blockIdx.z;
  store_split<kDim>(shared, work.parts, split_index * group, group);
}

}  // namespace

void launch_decode_attention(StreamHandle stream, const DecodeAttentionWork& work) {
  const dim3 grid(work.decode_count, work.cache.kv_heads, work.parts.splits);
  const bool wide = work.cache.dim == 128;
  if (work.cache.format == CacheFormat::f8) {
    const auto kernel =
        wide ? decode_attention_kernel<CacheFormat::f8, 128> : decode_attention_kernel<CacheFormat::f8, 64>;
    ASSAY_LAUNCH(kernel, grid, kThreads, stream)(work);
  } else {
    const auto kernel =
        wide ? decode_attention_kernel<CacheFormat::bf16, 128> : decode_attention_kernel<CacheFormat::bf16, 64>;
    ASSAY_LAUNCH(kernel, grid, kThreads, stream)(work);
  }
  check_launch("decode_attention_kernel");
}

}  // namespace assay::cuda
