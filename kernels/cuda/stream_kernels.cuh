#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/output_check.cuh"

namespace assay::cuda {

enum class GpuMix { read, write, copy, triad };

/// One tile is what a block moves in one pass: 256 threads with eight vectors of 16 bytes each, all loads on their way
/// before the first is used.
inline constexpr std::uint32_t kTileThreads = 256;
inline constexpr std::uint32_t kTileVectors = 8;
inline constexpr std::size_t kTileBytes = std::size_t{kTileThreads} * kTileVectors * 16;

/// One set of arrays, each of `tiles` tiles, 16-byte aligned. In pass p block b works on tile (b + p) mod tiles, so
/// that a working set of a cache is moved many times in one launch, and by another multiprocessor each time. All loads
/// pass by the L1 cache.
struct StreamArrays {
  const void* b = nullptr;  ///< read, copy, triad
  const void* c = nullptr;  ///< triad
  void* a = nullptr;        ///< written; of a read one sum of 32 bits a tile
  std::uint32_t tiles = 0;
  std::uint32_t passes = 1;
  bool streaming = false;  ///< with the cache hints of data that is used once
  std::uint64_t seed = 0;  ///< of what write stores
};

/// read: a[block] = the sum of its 32-bit words over all passes. write: random bits. copy: a = b. triad: a = b + s c in
/// f64, s = kTriadScalar.
void launch_stream(GpuMix mix, const StreamArrays& arrays, cudaStream_t stream);

inline constexpr double kTriadScalar = 3.0;

/// Fills `count` doubles with uniform_at(seed, index).
void fill_uniform(double* data, std::uint64_t count, std::uint64_t seed, cudaStream_t stream);

/// The whole output against the inputs' formulas, one thread a value and none of the code above. Returns how many
/// values it compares. seed_b and seed_c are those of fill_uniform().
[[nodiscard]] std::uint64_t check_stream(GpuMix mix, const StreamArrays& arrays, std::uint64_t seed_b,
                                         std::uint64_t seed_c, double bound, CheckTally* tally, cudaStream_t stream);

/// The 32-bit word that write stores.
std::uint32_t written_word(std::uint64_t seed, std::uint64_t index);

}  // namespace assay::cuda
