#pragma once

#include <cstddef>

namespace assay {

/// Many small products c_i = a_i b_i, each n x n, row-major, one after the other in memory. n a multiple of kBatchStep.
template <class Real>
struct GemmBatchProduct {
  std::size_t n = 0;
  std::size_t count = 0;
  const Real* a = nullptr;
  const Real* b = nullptr;
  Real* c = nullptr;
};

inline constexpr std::size_t kBatchStep = 8;

/// Work 2 n^3 flops a product. The operands are read where they lie: at these sizes copying them into panels, as a
/// large product does, would cost as much as it gains. Allocates nothing; one thread.
void gemm_batch(const GemmBatchProduct<float>& product) noexcept;
void gemm_batch(const GemmBatchProduct<double>& product) noexcept;

}  // namespace assay
