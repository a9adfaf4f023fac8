#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/cuda/output_check.cuh"

namespace assay::cuda {

inline constexpr std::uint32_t kFmaThreads = 1024;
inline constexpr std::uint32_t kFmaChains = 8;
inline constexpr std::uint32_t kFmaUnroll = 16;  ///< steps of every chain between two branches

/// out[thread] = the sum of kFmaChains chains, each `iterations` steps x = m x + c from a start of its own. The starts
/// and the c of each thread are read from `starts` (kFmaChains + 1 values a thread), so that no compiler knows them:
/// equal chains would be merged into one and counted eight times. `iterations` is a multiple of kFmaUnroll.
template <class T>
void launch_fma(T* out, const T* starts, T m, std::uint32_t iterations, std::uint32_t blocks, cudaStream_t stream);

/// The starts: in [-1, 1), c in [-1/iterations, 1/iterations).
template <class T>
void fill_fma(T* starts, std::uint32_t blocks, std::uint32_t iterations, std::uint64_t seed, cudaStream_t stream);

/// Every thread's sum against m^n x + c (1 - m^n) / (1 - m) in f64.
template <class T>
void check_fma(const T* out, const T* starts, double m, double m_to_n, std::uint32_t blocks, double bound,
               CheckTally* tally, cudaStream_t stream);

}  // namespace assay::cuda
