#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/cuda/input_pattern.hpp"
#include "kernels/cuda/output_check.cuh"

namespace assay::cuda {

enum class OutputFormat { f64, f32, bf16, f16, i32 };

/// D = A B with the inner index contiguous in both operands, as cuBLASLt's TN form wants it: element (i, j) of D, at
/// d[j m + i], is the sum over l of a[i k + l] b[j k + l].
struct GemmProblem {
  std::uint64_t m = 0;
  std::uint64_t n = 0;
  std::uint64_t k = 0;
  NumberFormat input{};
  OutputFormat output = OutputFormat::f32;
  std::uint64_t seed_a = 0;
  std::uint64_t seed_b = 0;
};

/// `count` elements of the format from random_bits_at(seed, index), 16-byte aligned.
void fill_elements(void* data, std::uint64_t count, NumberFormat format, std::uint64_t seed, cudaStream_t stream);

/// `places` outputs at random places (or all, where there are no more) in f64 from the inputs' formula, not from
/// memory; and all outputs for NaN. Returns how many are compared.
[[nodiscard]] std::uint64_t check_gemm(const GemmProblem& problem, const void* d, std::uint64_t places, double scale,
                                       double bound, CheckTally* tally, cudaStream_t stream);

[[nodiscard]] std::uint64_t bytes_of(OutputFormat format);
/// One output from its bytes in memory.
[[nodiscard]] double output_value(OutputFormat format, const void* bytes);

}  // namespace assay::cuda
