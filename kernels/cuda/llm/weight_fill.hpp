#pragma once

#include <cstdint>

#include "kernels/cuda/llm/matrix_format.hpp"
#include "kernels/cuda/llm/weight_values.hpp"

namespace assay::cuda {

/// Rows of a matrix from the seed: the values that the CPU's decoder has. `words`: which stream of random words, the
/// embedding's for a head that is tied to it.
struct FillWork {
  void* values = nullptr;
  float* scales = nullptr;  ///< of rows or groups, as the format has them
  MatrixFormat format = MatrixFormat::bf16;
  LlmMatrix matrix = LlmMatrix::qkv;
  LlmMatrix words = LlmMatrix::qkv;
  std::uint64_t seed = 0;
  std::uint32_t layer = 0;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;  ///< a multiple of the format's step
  double unit = 0.0;
};
void launch_fill(StreamHandle stream, const FillWork& work);

/// *sum += what the rows add to the checksum; 64-bit addition wraps, so that their order does not matter.
void launch_checksum(StreamHandle stream, const FillWork& work, std::uint64_t* sum);

}  // namespace assay::cuda
