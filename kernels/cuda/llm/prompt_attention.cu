// Attention of prompts: up to 16 tokens of a prompt against all of its sequence that the cache holds, themselves
// included, under the causal mask.
//
// A block has one warp for each head of a group: 16 queries are the rows of the matrix instruction, tokens its columns,
// and all warps share the tiles of keys and values, four pages each, in shared memory. Sums over tokens run in the
// order of the pages, so that a row's result does not depend on how its prompt was cut. Dao, "FlashAttention-2", 2023.
#include "kernels/cuda/llm/launch.cuh"
#include "kernels/cuda/llm/matrix_pieces.cuh"

namespace assay::cuda {
namespace {

constexpr std::uint32_t kTilePages = 4;
constexpr std::uint32_t kTileTokens = kTilePages * kTokensPerPage;

template <int kDim>
struct SharedTile {
  // Rows are 64 bytes longer than their keys: two neighbouring rows of 16 lanes' 64 bytes then lie in all 32 banks.
  alignas(16) std::uint16_t keys[kTileTokens][kDim + 32];
  alignas(16) std::uint16_t values[kTilePages][kDim * kTokensPerPage];
};

/// Eight elements of the cache as eight 16-bit floats.
template <CacheFormat kFormat>
__device__ __forceinline__ uint4 eight_from(const std::uint8_t* from) {
  if constexpr (kFormat == CacheFormat::f8) {
    const uint2 bits = __ldg(reinterpret_cast<const uint2*>(from));
    const uint2 low = Pieces<kFormat>::four(bits.x);
    const uint2 high = Pieces<kFormat>::four(bits.y);
    return make_uint4(low.x, low.y, high.x, high.y);
  } else {
    return __ldg(reinterpret_cast<const uint4*>(from));
  }
}

// Pages past the last one become zeros: their weights are 0, and 0 times what a page nobody wrote holds may be NaN.
template <CacheFormat kFormat, int kDim>
__device__ __forceinline__ void load_tile(const PromptAttentionWork& work, const std::uint32_t* pages,
                                          std::uint32_t first_page, std::uint32_t end_page, SharedTile<kDim>& tile) {
  constexpr int kBytes = Pieces<kFormat>::kBytes;
  constexpr std::uint32_t kUnits = kTokensPerPage * kDim / 8;  // of a page's keys, and as many of its values
  for (std::uint32_t unit = threadIdx.x; unit < kTilePages * kUnits; unit += blockDim.x) {
    const std::uint32_t page = unit / kUnits;
    const std::uint32_t element = unit % kUnits * 8;
    uint4 key = make_uint4(0U, 0U, 0U, 0U);
    uint4 value = key;
    if (first_page + page < end_page) {
      const std::uint8_t* const block =
          block_of<kDim, kBytes>(work.cache, __ldg(pages + first_page + page), blockIdx.y);
      key = eight_from<kFormat>(block + element * kBytes);
      value = eight_from<kFormat>(block + kPlaneBytes<kDim, kBytes> + element * kBytes);
    }
    const std::uint32_t row = page * kTokensPerPage + row_of_token(element / kDim);
    *reinterpret_cast<uint4*>(&tile.keys[row][element % kDim]) = key;
    *reinterpret_cast<uint4*>(&tile.values[page][element]) = value;
  }
}

template <CacheFormat kFormat, int kDim>
struct PromptWarp {
  using P = Pieces<kFormat>;
  static constexpr int kLoads = kDim / 32;  ///< of 8 elements a lane

  unsigned r;
  unsigned quad;
  uint4 q[kLoads][2];  ///< of rows r and r + 8
  float largest[2] = {kNoScore, kNoScore};
  float sum[2] = {0.0F, 0.0F};  ///< of this lane's tokens alone
  float out[kDim / 8][4] = {};

  __device__ __forceinline__ void load_queries(const std::uint16_t* queries, std::size_t row_size,
                                               std::uint32_t row_count) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const unsigned row = r + 8 * half;
#pragma unroll
      for (int load = 0; load < kLoads; ++load) {
        q[load][half] = row < row_count
                            ? *reinterpret_cast<const uint4*>(queries + row * row_size + 32 * load + 8 * quad)
                            : make_uint4(0U, 0U, 0U, 0U);
      }
    }
  }

  __device__ __forceinline__ void scores_of(const SharedTile<kDim>& tile, std::uint32_t page, float (&s)[2][4]) const {
#pragma unroll
    for (int block = 0; block < 2; ++block) {
#pragma unroll
      for (int load = 0; load < kLoads; ++load) {
        const uint4 k =
            *reinterpret_cast<const uint4*>(&tile.keys[page * kTokensPerPage + 8 * block + r][32 * load + 8 * quad]);
        P::multiply(s[block], q[load][0].x, q[load][1].x, q[load][0].y, q[load][1].y, k.x, k.y);
        P::multiply(s[block], q[load][0].z, q[load][1].z, q[load][0].w, q[load][1].w, k.z, k.w);
      }
    }
  }

  // `limits`: how many of the page's tokens rows r and r + 8 see.
  __device__ __forceinline__ void weigh(float (&s)[2][4], float factor, const int (&limits)[2]) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float most = largest[half];
#pragma unroll
      for (int block = 0; block < 2; ++block) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          float& score = s[block][2 * half + e];
          const int token = static_cast<int>(token_of_row(8 * block + 2 * quad + e));
          score = token < limits[half] ? score * factor : kNoScore;
          most = fmaxf(most, score);
        }
      }
      most = fmaxf(most, __shfl_xor_sync(kWholeWarp, most, 1));
      most = fmaxf(most, __shfl_xor_sync(kWholeWarp, most, 2));
      const float keep = exp2f(largest[half] - most);
      largest[half] = most;
      sum[half] *= keep;
#pragma unroll
      for (int block = 0; block < 2; ++block) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          float& score = s[block][2 * half + e];
          score = exp2f(score - most);
          sum[half] += score;
        }
      }
      // Most pages do not raise the largest score; a factor of 1 changes nothing, so that skipping it is exact.
      if (__any_sync(kWholeWarp, keep != 1.0F)) {
#pragma unroll
        for (int t = 0; t < kDim / 8; ++t) {
          out[t][2 * half] *= keep;
          out[t][2 * half + 1] *= keep;
        }
      }
    }
  }

  __device__ __forceinline__ void add(const SharedTile<kDim>& tile, std::uint32_t page, const float (&s)[2][4]) {
    const std::uint32_t a0 = P::packed(s[0][0], s[0][1]);
    const std::uint32_t a1 = P::packed(s[0][2], s[0][3]);
    const std::uint32_t a2 = P::packed(s[1][0], s[1][1]);
    const std::uint32_t a3 = P::packed(s[1][2], s[1][3]);
#pragma unroll
    for (int t = 0; t < kDim / 8; ++t) {
      const uint2 v = *reinterpret_cast<const uint2*>(&tile.values[page][(8 * t + r) * kTokensPerPage + 4 * quad]);
      P::multiply(out[t], a0, a1, a2, a3, v.x, v.y);
    }
  }

  __device__ __forceinline__ void store(std::uint16_t* attended, std::size_t row_size, std::uint32_t row_count) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float whole = sum[half];
      whole += __shfl_xor_sync(kWholeWarp, whole, 1);
      whole += __shfl_xor_sync(kWholeWarp, whole, 2);
      const unsigned row = r + 8 * half;
      if (row < row_count) {
        const float inverse = 1.0F / whole;
#pragma unroll
        for (int t = 0; t < kDim / 8; ++t) {
          *reinterpret_cast<std::uint32_t*>(attended + row * row_size + 8 * t + 2 * quad) =
              packed_bf16(out[t][2 * half] * inverse, out[t][2 * half + 1] * inverse);
        }
      }
    }
  }
};

template <CacheFormat kFormat, int kDim>
__global__ void __launch_bounds__(32 * kMostGroup) prompt_attention_kernel(PromptAttentionWork work) {
  __shared__ SharedTile<kDim> tile;
  const PromptTile of = work.tiles[blockIdx.x];
  if (of.row_count == 0) {
    return;  // padding: the whole block
  }
  const std::uint32_t group = work.heads / work.cache.kv_heads;
  const std::size_t row_size = static_cast<std::size_t>(work.heads) * kDim;
  const std::size_t at = of.first_row * row_size + (std::size_t{blockIdx.y} * group + threadIdx.x / 32) * kDim;
  PromptWarp<kFormat, kDim> warp;
  warp.r = threadIdx.x % 32 / 4;
  warp.quad = threadIdx.x % 4;
  warp.load_queries(work.queries + at, row_size, of.row_count);
  const float factor = kLog2OfE * rsqrtf(static_cast<float>(kDim));
  const std::uint32_t seen = of.position + of.row_count;  // tokens that the last row sees
  const std::uint32_t end_page = (seen + kTokensPerPage - 1) / kTokensPerPage;
  for (std::uint32_t first = 0; first < end_page; first += kTilePages) {
    __syncthreads();
    load_tile<kFormat, kDim>(work, work.pages + of.page_offset, first, end_page, tile);
    __syncthreads();
    for (std::uint32_t page = 0; page < kTilePages && first + page < end_page; ++page) {
      const int before = static_cast<int>((first + page) * kTokensPerPage);
      const int limit = static_cast<int>(of.position + warp.r) + 1 - before;
      const int limits[2] = {limit, limit + 8};
      float s[2][4] = {};
      warp.scores_of(tile, page, s);
      warp.weigh(s, factor, limits);
      warp.add(tile, page, s);
    }
  }
  warp.store(work.attended + at, row_size, of.row_count);
}

}  // namespace

void launch_prompt_attention(StreamHandle stream, const PromptAttentionWork& work) {
  const dim3 grid(work.tile_count, work.cache.kv_heads);
  const unsigned threads = 32 * (work.heads / work.cache.kv_heads);
  const bool wide = work.cache.dim == 128;
  if (work.cache.format == CacheFormat::f8) {
    const auto kernel =
        wide ? prompt_attention_kernel<CacheFormat::f8, 128> : prompt_attention_kernel<CacheFormat::f8, 64>;
    ASSAY_LAUNCH(kernel, grid, threads, stream)(work);
  } else {
    const auto kernel =
        wide ? prompt_attention_kernel<CacheFormat::bf16, 128> : prompt_attention_kernel<CacheFormat::bf16, 64>;
    ASSAY_LAUNCH(kernel, grid, threads, stream)(work);
  }
  check_launch("prompt_attention_kernel");
}

}  // namespace assay::cuda
