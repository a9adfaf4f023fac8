#include <algorithm>

#include "kernels/cuda/input_pattern.hpp"
#include "kernels/cuda/stream_kernels.cuh"

namespace assay::cuda {
namespace {

template <bool Streaming, class Vector>
__device__ __forceinline__ Vector load(const Vector* from) {
  return Streaming ? __ldcs(from) : __ldcg(from);
}

template <bool Streaming, class Vector>
__device__ __forceinline__ void store(Vector* to, Vector value) {
  if (Streaming) {
    __stcs(to, value);
  } else {
    __stcg(to, value);
  }
}

/// The first vector of the calling thread in its tile of this pass.
__device__ __forceinline__ std::size_t first_vector(std::uint32_t tile) {
  return std::size_t{tile} * (kTileThreads * kTileVectors) + threadIdx.x;
}

__device__ __forceinline__ std::uint32_t next_tile(std::uint32_t tile, std::uint32_t tiles) {
  return tile + 1 == tiles ? 0 : tile + 1;
}

template <bool Streaming>
__global__ __launch_bounds__(kTileThreads) void read_tiles(const uint4* b, std::uint32_t* sums, std::uint32_t tiles,
                                                           std::uint32_t passes) {
  std::uint32_t sum = 0;
  std::uint32_t tile = blockIdx.x;
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    const uint4* const from = b + first_vector(tile);
    uint4 value[kTileVectors];
#pragma unroll
    for (std::uint32_t i = 0; i < kTileVectors; ++i) {
      value[i] = load<Streaming>(from + std::size_t{i} * kTileThreads);
    }
#pragma unroll
    for (std::uint32_t i = 0; i < kTileVectors; ++i) {
      sum += value[i].x + value[i].y + value[i].z + value[i].w;
    }
    tile = next_tile(tile, tiles);
  }
  for (unsigned offset = 16; offset > 0; offset /= 2) {
    sum += __shfl_down_sync(0xffffffffU, sum, offset);
  }
  __shared__ std::uint32_t of_warp[kTileThreads / 32];
  if (threadIdx.x % 32 == 0) {
    of_warp[threadIdx.x / 32] = sum;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    std::uint32_t all = 0;
    for (const std::uint32_t part : of_warp) {
      all += part;
    }
    sums[blockIdx.x] = all;
  }
}

// The same tiles by four times the threads with a quarter of the vectors each: on an H200 4,177 GB/s for 4,022, the
// fastest of 29 shapes of a block (docs/results/nvidia-h200/copy-shapes.txt). The runtime's copy made 4,263.
constexpr std::uint32_t kCopyThreads = 4 * kTileThreads;
constexpr std::uint32_t kCopyVectors = kTileVectors / 4;

template <bool Streaming>
__global__ __launch_bounds__(kCopyThreads) void copy_tiles(uint4* a, const uint4* b, std::uint32_t tiles,
                                                           std::uint32_t passes) {
  std::uint32_t tile = blockIdx.x;
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    const std::size_t first = first_vector(tile);  // of the block's threads, which are more here: still in its tile
    uint4 value[kCopyVectors];
#pragma unroll
    for (std::uint32_t i = 0; i < kCopyVectors; ++i) {
      value[i] = load<Streaming>(b + first + std::size_t{i} * kCopyThreads);
    }
#pragma unroll
    for (std::uint32_t i = 0; i < kCopyVectors; ++i) {
      store<Streaming>(a + first + std::size_t{i} * kCopyThreads, value[i]);
    }
    tile = next_tile(tile, tiles);
  }
}

template <bool Streaming>
__global__ __launch_bounds__(kTileThreads) void triad_tiles(double2* a, const double2* b, const double2* c,
                                                            double scalar, std::uint32_t tiles, std::uint32_t passes) {
  std::uint32_t tile = blockIdx.x;
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    const std::size_t first = first_vector(tile);
    // In two halves: eight vectors of two arrays would take 64 registers and half of the warps.
#pragma unroll
    for (std::uint32_t half = 0; half < kTileVectors; half += kTileVectors / 2) {
      double2 left[kTileVectors / 2];
      double2 right[kTileVectors / 2];
#pragma unroll
      for (std::uint32_t i = 0; i < kTileVectors / 2; ++i) {
        const std::size_t place = first + std::size_t{half + i} * kTileThreads;
        left[i] = load<Streaming>(b + place);
        right[i] = load<Streaming>(c + place);
      }
#pragma unroll
      for (std::uint32_t i = 0; i < kTileVectors / 2; ++i) {
        store<Streaming>(a + first + std::size_t{half + i} * kTileThreads,
                         make_double2(left[i].x + scalar * right[i].x, left[i].y + scalar * right[i].y));
      }
    }
    tile = next_tile(tile, tiles);
  }
}

/// Cheap enough to be hidden behind the stores, and no two neighbours alike.
ASSAY_HOST_AND_DEVICE std::uint32_t word_at(std::uint32_t seed, std::uint64_t index) {
  const auto low = static_cast<std::uint32_t>(index);
  const auto high = static_cast<std::uint32_t>(index >> 32U);
  std::uint32_t word = (low ^ seed) * 0x85ebca6bU + high;
  word ^= word >> 15U;
  return word * 0xc2b2ae35U;
}

template <bool Streaming>
__global__ __launch_bounds__(kTileThreads) void write_tiles(uint4* a, std::uint32_t seed, std::uint32_t tiles,
                                                            std::uint32_t passes) {
  std::uint32_t tile = blockIdx.x;
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    const std::size_t first = first_vector(tile);
#pragma unroll
    for (std::uint32_t i = 0; i < kTileVectors; ++i) {
      const std::size_t place = first + std::size_t{i} * kTileThreads;
      const std::uint64_t word = std::uint64_t{place} * 4;
      store<Streaming>(a + place, make_uint4(word_at(seed, word), word_at(seed, word + 1), word_at(seed, word + 2),
                                             word_at(seed, word + 3)));
    }
    tile = next_tile(tile, tiles);
  }
}

__global__ void fill_with_uniform(double* data, std::uint64_t count, std::uint64_t seed) {
  const std::uint64_t step = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += step) {
    data[i] = uniform_at(seed, i);
  }
}

__global__ void check_doubles(const double* a, std::uint64_t count, std::uint64_t seed_b, std::uint64_t seed_c,
                              double scalar, double bound, CheckTally* tally) {
  const std::uint64_t step = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += step) {
    const double expected =
        __dadd_rn(uniform_at(seed_b, i), __dmul_rn(scalar, scalar == 0.0 ? 0.0 : uniform_at(seed_c, i)));
    add_to_tally(tally, i, fabs(a[i] - expected) / fmax(fabs(expected), 1.0), bound);
  }
}

__global__ void check_words(const std::uint32_t* a, std::uint64_t count, std::uint32_t seed, CheckTally* tally) {
  const std::uint64_t step = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += step) {
    add_to_tally(tally, i, a[i] == word_at(seed, i) ? 0.0 : 1.0, 0.0);
  }
}

/// A block a tile sum: its passes over the tiles as the input's formula has them.
__global__ void check_sums(const std::uint32_t* sums, std::uint32_t tiles, std::uint32_t passes, std::uint64_t seed_b,
                           CheckTally* tally) {
  constexpr std::uint32_t kDoubles = kTileBytes / sizeof(double);
  __shared__ std::uint32_t expected;
  if (threadIdx.x == 0) {
    expected = 0;
  }
  __syncthreads();
  std::uint32_t mine = 0;
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    const std::uint64_t tile = (std::uint64_t{blockIdx.x} + pass) % tiles;
    for (std::uint32_t i = threadIdx.x; i < kDoubles; i += blockDim.x) {
      const auto bits = static_cast<unsigned long long>(__double_as_longlong(uniform_at(seed_b, tile * kDoubles + i)));
      mine += static_cast<std::uint32_t>(bits) + static_cast<std::uint32_t>(bits >> 32U);
    }
  }
  atomicAdd(&expected, mine);
  __syncthreads();
  if (threadIdx.x == 0) {
    add_to_tally(tally, blockIdx.x, sums[blockIdx.x] == expected ? 0.0 : 1.0, 0.0);
  }
}

unsigned check_blocks(std::uint64_t count) {
  return static_cast<unsigned>(std::min<std::uint64_t>((count + 255) / 256, 132 * 64));
}

template <bool Streaming>
void launch_mix(GpuMix mix, const StreamArrays& arrays, cudaStream_t stream) {
  switch (mix) {
    case GpuMix::read:
      read_tiles<Streaming><<<arrays.tiles, kTileThreads, 0, stream>>>(
          static_cast<const uint4*>(arrays.b), static_cast<std::uint32_t*>(arrays.a), arrays.tiles, arrays.passes);
      break;
    case GpuMix::write:
      write_tiles<Streaming><<<arrays.tiles, kTileThreads, 0, stream>>>(
          static_cast<uint4*>(arrays.a), static_cast<std::uint32_t>(arrays.seed), arrays.tiles, arrays.passes);
      break;
    case GpuMix::copy:
      copy_tiles<Streaming><<<arrays.tiles, kCopyThreads, 0, stream>>>(
          static_cast<uint4*>(arrays.a), static_cast<const uint4*>(arrays.b), arrays.tiles, arrays.passes);
      break;
    case GpuMix::triad:
      triad_tiles<Streaming><<<arrays.tiles, kTileThreads, 0, stream>>>(
          static_cast<double2*>(arrays.a), static_cast<const double2*>(arrays.b), static_cast<const double2*>(arrays.c),
          kTriadScalar, arrays.tiles, arrays.passes);
      break;
  }
  check_launch("a stream kernel");
}

}  // namespace

void launch_stream(GpuMix mix, const StreamArrays& arrays, cudaStream_t stream) {
  if (arrays.streaming) {
    launch_mix<true>(mix, arrays, stream);
  } else {
    launch_mix<false>(mix, arrays, stream);
  }
}

void fill_uniform(double* data, std::uint64_t count, std::uint64_t seed, cudaStream_t stream) {
  fill_with_uniform<<<check_blocks(count), 256, 0, stream>>>(data, count, seed);
  check_launch("fill_with_uniform");
}

std::uint64_t check_stream(GpuMix mix, const StreamArrays& arrays, std::uint64_t seed_b, std::uint64_t seed_c,
                           double bound, CheckTally* tally, cudaStream_t stream) {
  const std::uint64_t doubles = std::uint64_t{arrays.tiles} * (kTileBytes / sizeof(double));
  switch (mix) {
    case GpuMix::read:
      check_sums<<<arrays.tiles, 256, 0, stream>>>(static_cast<const std::uint32_t*>(arrays.a), arrays.tiles,
                                                   arrays.passes, seed_b, tally);
      check_launch("check_sums");
      return arrays.tiles;
    case GpuMix::write:
      check_words<<<check_blocks(2 * doubles), 256, 0, stream>>>(
          static_cast<const std::uint32_t*>(arrays.a), 2 * doubles, static_cast<std::uint32_t>(arrays.seed), tally);
      check_launch("check_words");
      return 2 * doubles;
    case GpuMix::copy:
    case GpuMix::triad:
      check_doubles<<<check_blocks(doubles), 256, 0, stream>>>(static_cast<const double*>(arrays.a), doubles, seed_b,
                                                               seed_c, mix == GpuMix::copy ? 0.0 : kTriadScalar, bound,
                                                               tally);
      check_launch("check_doubles");
      return doubles;
  }
  return 0;
}

std::uint32_t written_word(std::uint64_t seed, std::uint64_t index) {
  return word_at(static_cast<std::uint32_t>(seed), index);
}

}  // namespace assay::cuda
