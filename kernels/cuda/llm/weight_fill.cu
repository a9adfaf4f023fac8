#include "kernels/cuda/llm/weight_fill.hpp"

#include "kernels/cuda/llm/card_numbers.cuh"
#include "kernels/cuda/llm/launch.cuh"

namespace assay::cuda {
namespace {

constexpr unsigned kThreads = 256;

__device__ __forceinline__ WeightPlace place_of(const FillWork& work, std::uint32_t row) {
  return {work.seed, static_cast<std::uint32_t>(work.words), work.layer, row};
}

// A block fills a row; Philox is cheap enough to be asked twice where the largest must be known first.
__global__ void __launch_bounds__(kThreads) fill_kernel(FillWork work) {
  __shared__ float shared[64];
  const std::uint32_t row = blockIdx.x;
  const std::uint32_t quarter = work.columns / 4;
  const WeightPlace place = place_of(work, row);
  int most = 1;
  if (work.format == MatrixFormat::f8) {
    SumAndLargest mine{0.0F, 1.0F};
    for (std::uint32_t c = threadIdx.x; c < quarter; c += kThreads) {
      const RandomWords words = weight_words(place, c);
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        mine.largest = fmaxf(mine.largest, static_cast<float>(abs(level_of_word(words.at[j]))));
      }
    }
    most = static_cast<int>(block_reduce(mine, shared).largest);
    if (threadIdx.x == 0) {
      work.scales[row] = f8_weight_scale(most, work.unit);
    }
  }
  const auto unit = static_cast<float>(work.unit);
  const std::size_t first = static_cast<std::size_t>(row) * work.columns;
  for (std::uint32_t c = threadIdx.x; c < quarter; c += kThreads) {
    const RandomWords words = weight_words(place, c);
#pragma unroll
    for (std::uint32_t j = 0; j < 4; ++j) {
      const int level = level_of_word(words.at[j]);
      const std::size_t at = first + j * quarter + c;
      if (work.format == MatrixFormat::f8) {
        static_cast<std::uint8_t*>(work.values)[at] = f8_weight(level, most);
      } else {
        static_cast<std::uint16_t*>(work.values)[at] = bf16_weight(level, unit);
      }
    }
  }
}

// A block fills a row of 4-bit weights, a warp a group: a lane has columns 2 i, 2 i + 1, 64 + 2 i and 65 + 2 i.
__global__ void __launch_bounds__(kThreads) fill_packed_kernel(FillWork work) {
  const std::uint32_t row = blockIdx.x;
  const std::uint32_t groups = work.columns / kInt4Group;
  const std::uint32_t lane = threadIdx.x % 32U;
  const WeightPlace place = place_of(work, row);
  for (std::uint32_t group = threadIdx.x / 32U; group < groups; group += kThreads / 32U) {
    int levels[4];
    float largest = 1.0F;
#pragma unroll
    for (std::uint32_t i = 0; i < 4; ++i) {
      const std::uint32_t column = group * kInt4Group + i / 2U * (kInt4Group / 2U) + 2U * lane + i % 2U;
      levels[i] = level_of_column(place, work.columns, column);
      largest = fmaxf(largest, static_cast<float>(abs(levels[i])));
    }
    const int most = static_cast<int>(warp_largest(largest));
    const std::size_t at = static_cast<std::size_t>(row) * groups + group;
    auto* const to = static_cast<std::uint8_t*>(work.values) + at * (kInt4Group / 2U) + 2U * lane;
    to[0] = static_cast<std::uint8_t>(int4_weight(levels[0], most) | int4_weight(levels[2], most) << 4U);
    to[1] = static_cast<std::uint8_t>(int4_weight(levels[1], most) | int4_weight(levels[3], most) << 4U);
    if (lane == 0U) {
      work.scales[at] = int4_scale(most, work.unit);
    }
  }
}

/// What the checksum reads of each row.
struct RowSize {
  std::size_t words;
  std::uint32_t scales;
};

__global__ void __launch_bounds__(kThreads) checksum_kernel(FillWork work, RowSize size, unsigned long long* sum) {
  const std::uint32_t row = blockIdx.x * kThreads + threadIdx.x;
  if (row >= work.rows) {
    return;
  }
  WeightPlace place = place_of(work, row);
  place.matrix = static_cast<std::uint32_t>(work.matrix);
  const RowBytes bytes{static_cast<const std::uint64_t*>(work.values) + row * size.words, size.words,
                       work.scales + static_cast<std::size_t>(row) * size.scales, size.scales};
  atomicAdd(sum, static_cast<unsigned long long>(row_checksum(place, bytes)));
}

}  // namespace

void launch_fill(StreamHandle stream, const FillWork& work) {
  if (work.format == MatrixFormat::int4) {
    ASSAY_LAUNCH(fill_packed_kernel, work.rows, kThreads, stream)(work);
  } else {
    ASSAY_LAUNCH(fill_kernel, work.rows, kThreads, stream)(work);
  }
  check_launch("fill_kernel");
}

void launch_checksum(StreamHandle stream, const FillWork& work, std::uint64_t* sum) {
  static_assert(sizeof(unsigned long long) == sizeof(std::uint64_t));
  const FormatTraits& format = traits_of(work.format);
  const RowSize size{format.row_bytes(work.columns) / sizeof(std::uint64_t), format.row_scales(work.columns)};
  ASSAY_LAUNCH(checksum_kernel, (work.rows + kThreads - 1) / kThreads, kThreads, stream)
  (work, size, reinterpret_cast<unsigned long long*>(sum));
  check_launch("checksum_kernel");
}

}  // namespace assay::cuda
