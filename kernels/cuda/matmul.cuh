#pragma once

#include <cublasLt.h>

#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/cuda_call.cuh"
#include "kernels/cuda/gemm_operands.cuh"

namespace assay::cuda {

/// The types that cuBLASLt takes for one data type.
struct MatmulTypes {
  cudaDataType_t input;
  cudaDataType_t output;
  cublasComputeType_t compute;
  cudaDataType_t scale;
};

/// One product of one shape by cuBLASLt: D = A B, A and B with the inner index contiguous. Belongs to one stream, since
/// it has one workspace.
class Matmul {
 public:
  struct Operands {
    const void* a = nullptr;
    const void* b = nullptr;
    void* d = nullptr;
  };

  Matmul(const GemmProblem& problem, const MatmulTypes& types, bool fast_accumulation);

  /// Asks for up to `most` algorithms that fit the workspace. Throws GpuError(ASSAY_GPU_UNSUPPORTED) if there are none.
  void find_candidates(int most);
  [[nodiscard]] std::size_t candidates() const { return found_.size(); }
  void choose(std::size_t candidate) { chosen_ = candidate; }
  [[nodiscard]] std::size_t chosen() const { return chosen_; }

  /// Puts the product by the chosen algorithm into the stream.
  void launch(const Operands& operands, cudaStream_t stream);
  /// The same by a given one; false where the library refuses it after all.
  [[nodiscard]] bool try_launch(std::size_t candidate, const Operands& operands, cudaStream_t stream);

  /// "id 66, tile 20, stages 36, split-K 1, 0 MiB": what makes the same algorithm again.
  [[nodiscard]] std::string describe(std::size_t candidate) const;

  static constexpr std::size_t kWorkspaceBytes = std::size_t{64} << 20U;

 private:
  [[nodiscard]] cublasStatus_t call(std::size_t candidate, const Operands& operands, cudaStream_t stream);

  template <class Object, cublasStatus_t (*Destroy)(Object)>
  struct Destroyer {
    using pointer = Object;
    void operator()(Object object) const { static_cast<void>(Destroy(object)); }
  };
  template <class Object, cublasStatus_t (*Destroy)(Object)>
  using Owned = std::unique_ptr<Object, Destroyer<Object, Destroy>>;

  Owned<cublasLtHandle_t, cublasLtDestroy> handle_;
  Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy> operation_;
  Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> a_;
  Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> b_;
  Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> d_;
  cudaDataType_t scale_;
  DeviceMemory workspace_;
  std::vector<cublasLtMatmulHeuristicResult_t> found_;
  std::size_t chosen_ = 0;
};

}  // namespace assay::cuda
