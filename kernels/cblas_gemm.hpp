#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "harness/unavailable.hpp"
#include "kernels/gemm_library.hpp"

namespace assay {

// What the libraries with the C interface of BLAS share. Their prototypes are declared here, so that building needs no
// header of theirs and running needs the library alone.

using CblasSgemm = void (*)(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float* a,
                            int lda, const float* b, int ldb, float beta, float* c, int ldc);
using CblasDgemm = void (*)(int order, int trans_a, int trans_b, int m, int n, int k, double alpha, const double* a,
                            int lda, const double* b, int ldb, double beta, double* c, int ldc);

/// An opened library that computes on the calling thread.
struct CblasLibrary {
  CblasSgemm sgemm = nullptr;
  CblasDgemm dgemm = nullptr;
  std::string version;  ///< and the code path
};

/// GemmLibrary::offer and GemmLibrary::routine of such a library.
[[nodiscard]] Reading<std::string> cblas_offer(const Reading<CblasLibrary>& library, GemmType type);
[[nodiscard]] std::unique_ptr<GemmRoutine> cblas_routine(const CblasLibrary& library, GemmType type, std::size_t n);

/// OpenBLAS, opened when it is first asked for.
[[nodiscard]] const Reading<CblasLibrary>& openblas_library();

}  // namespace assay
