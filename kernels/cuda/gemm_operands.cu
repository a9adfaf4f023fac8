#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>

#include "kernels/cuda/gemm_operands.cuh"

namespace assay::cuda {
namespace {

constexpr unsigned kThreads = 256;
constexpr std::uint64_t kMostBlocks = 132 * 64;

unsigned blocks_for(std::uint64_t count) {
  return static_cast<unsigned>(std::clamp<std::uint64_t>((count + kThreads - 1) / kThreads, 1, kMostBlocks));
}

template <class Bits>
__global__ void fill_bits(Bits* data, std::uint64_t count, NumberFormat format, std::uint64_t seed) {
  const std::uint64_t step = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += step) {
    data[i] = static_cast<Bits>(element_bits(format, random_bits_at(seed, i)));
  }
}

__host__ __device__ double value_at(OutputFormat format, const void* data, std::uint64_t index) {
  switch (format) {
    case OutputFormat::f64:
      return static_cast<const double*>(data)[index];
    case OutputFormat::f32:
      return static_cast<double>(static_cast<const float*>(data)[index]);
    case OutputFormat::bf16:
      return static_cast<double>(__bfloat162float(static_cast<const __nv_bfloat16*>(data)[index]));
    case OutputFormat::f16:
      return static_cast<double>(__half2float(static_cast<const __half*>(data)[index]));
    case OutputFormat::i32:
      return static_cast<double>(static_cast<const std::int32_t*>(data)[index]);
  }
  return 0.0;
}

__global__ void check_places(GemmProblem problem, const void* d, bool all, double scale, double bound,
                             CheckTally* tally) {
  const std::uint64_t outputs = problem.m * problem.n;
  const std::uint64_t place =
      all ? std::uint64_t{blockIdx.x} : random_bits_at(problem.seed_a ^ problem.seed_b, blockIdx.x) % outputs;
  const std::uint64_t row = place % problem.m;
  const std::uint64_t column = place / problem.m;
  double sum = 0.0;
  for (std::uint64_t l = threadIdx.x; l < problem.k; l += blockDim.x) {
    const std::uint64_t left = random_bits_at(problem.seed_a, row * problem.k + l);
    const std::uint64_t right = random_bits_at(problem.seed_b, column * problem.k + l);
    sum += value_of_bits(problem.input, element_bits(problem.input, left)) *
           value_of_bits(problem.input, element_bits(problem.input, right));
  }
  __shared__ double partial[kThreads];
  partial[threadIdx.x] = sum;
  __syncthreads();
  for (unsigned half = kThreads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      partial[threadIdx.x] += partial[threadIdx.x + half];
    }
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    const double error = fabs(value_at(problem.output, d, place) - partial[0]) / fmax(fabs(partial[0]), scale);
    add_to_tally(tally, place, error, bound);
  }
}

__global__ void find_nan(OutputFormat format, const void* d, std::uint64_t count, double bound, CheckTally* tally) {
  const std::uint64_t step = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += step) {
    const double value = value_at(format, d, i);
    if (!(fabs(value) <= 1e300)) {
      add_to_tally(tally, i, value - value, bound);  // NaN for a NaN and for an infinity
    }
  }
}

}  // namespace

void fill_elements(void* data, std::uint64_t count, NumberFormat format, std::uint64_t seed, cudaStream_t stream) {
  const unsigned blocks = blocks_for(count);
  switch (format.bytes) {
    case 1:
      fill_bits<<<blocks, kThreads, 0, stream>>>(static_cast<std::uint8_t*>(data), count, format, seed);
      break;
    case 2:
      fill_bits<<<blocks, kThreads, 0, stream>>>(static_cast<std::uint16_t*>(data), count, format, seed);
      break;
    case 4:
      fill_bits<<<blocks, kThreads, 0, stream>>>(static_cast<std::uint32_t*>(data), count, format, seed);
      break;
    default:
      fill_bits<<<blocks, kThreads, 0, stream>>>(static_cast<std::uint64_t*>(data), count, format, seed);
      break;
  }
  check_launch("fill_bits");
}

std::uint64_t check_gemm(const GemmProblem& problem, const void* d, std::uint64_t places, double scale, double bound,
                         CheckTally* tally, cudaStream_t stream) {
  const std::uint64_t outputs = problem.m * problem.n;
  const bool all = outputs <= places;
  const std::uint64_t compared = std::min(outputs, places);
  check_places<<<static_cast<unsigned>(compared), kThreads, 0, stream>>>(problem, d, all, scale, bound, tally);
  check_launch("check_places");
  find_nan<<<blocks_for(outputs), kThreads, 0, stream>>>(problem.output, d, outputs, bound, tally);
  check_launch("find_nan");
  return compared;
}

std::uint64_t bytes_of(OutputFormat format) {
  switch (format) {
    case OutputFormat::f64:
      return 8;
    case OutputFormat::f32:
    case OutputFormat::i32:
      return 4;
    case OutputFormat::bf16:
    case OutputFormat::f16:
      return 2;
  }
  return 0;
}

double output_value(OutputFormat format, const void* bytes) { return value_at(format, bytes, 0); }

}  // namespace assay::cuda
