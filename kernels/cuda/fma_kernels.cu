#include "kernels/cuda/fma_kernels.cuh"
#include "kernels/cuda/input_pattern.hpp"

namespace assay::cuda {
namespace {

template <class T>
__global__ __launch_bounds__(kFmaThreads) void run_chains(T* out, const T* starts, T m, std::uint32_t iterations) {
  const std::size_t thread = std::size_t{blockIdx.x} * kFmaThreads + threadIdx.x;
  const std::size_t threads = std::size_t{gridDim.x} * kFmaThreads;
  T x[kFmaChains];
#pragma unroll
  for (std::uint32_t i = 0; i < kFmaChains; ++i) {
    x[i] = starts[i * threads + thread];
  }
  const T c = starts[kFmaChains * threads + thread];
#pragma unroll 1
  for (std::uint32_t step = 0; step < iterations; step += kFmaUnroll) {
#pragma unroll
    for (std::uint32_t inner = 0; inner < kFmaUnroll; ++inner) {
#pragma unroll
      for (std::uint32_t i = 0; i < kFmaChains; ++i) {
        x[i] = fma(x[i], m, c);
      }
    }
  }
  T sum = 0;
#pragma unroll
  for (std::uint32_t i = 0; i < kFmaChains; ++i) {
    sum += x[i];
  }
  out[thread] = sum;
}

template <class T>
__global__ void fill_starts(T* starts, std::uint32_t iterations, std::uint64_t seed) {
  const std::size_t thread = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::size_t threads = std::size_t{gridDim.x} * blockDim.x;
  for (std::uint32_t i = 0; i <= kFmaChains; ++i) {
    const double value = uniform_at(seed, i * threads + thread);
    starts[i * threads + thread] = static_cast<T>(i < kFmaChains ? value : value / iterations);
  }
}

template <class T>
__global__ void check_chains(const T* out, const T* starts, double m, double m_to_n, double bound, CheckTally* tally) {
  const std::size_t thread = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::size_t threads = std::size_t{gridDim.x} * blockDim.x;
  const double c = starts[kFmaChains * threads + thread];
  double expected = 0.0;
  for (std::uint32_t i = 0; i < kFmaChains; ++i) {
    expected += m_to_n * static_cast<double>(starts[i * threads + thread]) + c * (1.0 - m_to_n) / (1.0 - m);
  }
  add_to_tally(tally, thread, fabs(static_cast<double>(out[thread]) - expected) / fmax(fabs(expected), 1.0), bound);
}

}  // namespace

template <class T>
void launch_fma(T* out, const T* starts, T m, std::uint32_t iterations, std::uint32_t blocks, cudaStream_t stream) {
  run_chains<T><<<blocks, kFmaThreads, 0, stream>>>(out, starts, m, iterations);
  check_launch("run_chains");
}

template <class T>
void fill_fma(T* starts, std::uint32_t blocks, std::uint32_t iterations, std::uint64_t seed, cudaStream_t stream) {
  fill_starts<T><<<blocks, kFmaThreads, 0, stream>>>(starts, iterations, seed);
  check_launch("fill_starts");
}

template <class T>
void check_fma(const T* out, const T* starts, double m, double m_to_n, std::uint32_t blocks, double bound,
               CheckTally* tally, cudaStream_t stream) {
  check_chains<T><<<blocks, kFmaThreads, 0, stream>>>(out, starts, m, m_to_n, bound, tally);
  check_launch("check_chains");
}

template void launch_fma<float>(float*, const float*, float, std::uint32_t, std::uint32_t, cudaStream_t);
template void launch_fma<double>(double*, const double*, double, std::uint32_t, std::uint32_t, cudaStream_t);
template void fill_fma<float>(float*, std::uint32_t, std::uint32_t, std::uint64_t, cudaStream_t);
template void fill_fma<double>(double*, std::uint32_t, std::uint32_t, std::uint64_t, cudaStream_t);
template void check_fma<float>(const float*, const float*, double, double, std::uint32_t, double, CheckTally*,
                               cudaStream_t);
template void check_fma<double>(const double*, const double*, double, double, std::uint32_t, double, CheckTally*,
                                cudaStream_t);

}  // namespace assay::cuda
