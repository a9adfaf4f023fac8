#pragma once

#include <cstddef>
#include <span>

#include "kernels/bfloat16.hpp"

namespace assay {

/// y_s = W x_s for a few vectors x_s at once: W is read from memory once for the whole batch, which is why batching
/// raises the throughput of a weight-streaming model.
/// weights: rows x columns, row-major; rows a multiple of kSkinnyRowStep, columns of kSkinnyColumnStep.
/// inputs: `batch` pointers to `columns` floats. Output s starts at outputs + s * rows. All 64-byte aligned.
template <class Weight>
struct SkinnyGemm {
  const Weight* weights = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  const float* const* inputs = nullptr;
  std::size_t batch = 0;
  float* outputs = nullptr;
};

inline constexpr std::size_t kSkinnyRowStep = 4;
inline constexpr std::size_t kSkinnyColumnStep = 64;  ///< a whole vector of every instruction set, up to SVE-2048

/// Work: 2 rows columns flops a vector. Counted traffic: W once for the batch, each x and y once a vector.
/// On one machine y_s is the same to the last bit in every batch. Allocates nothing; one thread.
void skinny_gemm(const SkinnyGemm<float>& product) noexcept;
void skinny_gemm(const SkinnyGemm<BFloat16>& product) noexcept;

/// One row times one vector, for references and for counting operations.
template <class Real, class Weight, class Element>
Real reference_dot(std::span<const Weight> row, std::span<const Element> x) {
  Real sum(0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum = sum + Real(static_cast<float>(row[i])) * Real(x[i]);
  }
  return sum;
}

}  // namespace assay
