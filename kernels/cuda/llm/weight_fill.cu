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
  if (work.format == ActivationFormat::f8) {
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
      if (work.format == ActivationFormat::f8) {
        static_cast<std::uint8_t*>(work.values)[at] = f8_weight(level, most);
      } else {
        static_cast<std::uint16_t*>(work.values)[at] = bf16_weight(level, unit);
      }
    }
  }
}

__global__ void __launch_bounds__(kThreads) checksum_kernel(FillWork work, unsigned long long* sum) {
  const std::uint32_t row = blockIdx.x * kThreads + threadIdx.x;
  if (row >= work.rows) {
    return;
  }
  const bool f8 = work.format == ActivationFormat::f8;
  const std::size_t row_words = static_cast<std::size_t>(work.columns) * (f8 ? 1 : 2) / sizeof(std::uint64_t);
  WeightPlace place = place_of(work, row);
  place.matrix = static_cast<std::uint32_t>(work.matrix);
  atomicAdd(sum, static_cast<unsigned long long>(
                     row_checksum(place, static_cast<const std::uint64_t*>(work.values) + row * row_words, row_words,
                                  f8 ? work.scales + row : nullptr)));
}

}  // namespace

void launch_fill(StreamHandle stream, const FillWork& work) {
  ASSAY_LAUNCH(fill_kernel, work.rows, kThreads, stream)(work);
  check_launch("fill_kernel");
}

void launch_checksum(StreamHandle stream, const FillWork& work, std::uint64_t* sum) {
  static_assert(sizeof(unsigned long long) == sizeof(std::uint64_t));
  ASSAY_LAUNCH(checksum_kernel, (work.rows + kThreads - 1) / kThreads, kThreads, stream)
  (work, reinterpret_cast<unsigned long long*>(sum));
  check_launch("checksum_kernel");
}

}  // namespace assay::cuda
