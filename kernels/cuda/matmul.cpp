#include "kernels/cuda/matmul.cuh"

#include <array>

namespace assay::cuda {

Matmul::Matmul(const GemmProblem& problem, const MatmulTypes& types, bool fast_accumulation)
    : scale_(types.scale), workspace_(kWorkspaceBytes) {
  cublasLtHandle_t handle = nullptr;
  ASSAY_CUDA(cublasLtCreate(&handle));
  handle_.reset(handle);
  cublasLtMatmulDesc_t operation = nullptr;
  ASSAY_CUDA(cublasLtMatmulDescCreate(&operation, types.compute, types.scale));
  operation_.reset(operation);
  const cublasOperation_t transposed = CUBLAS_OP_T;
  const cublasOperation_t plain = CUBLAS_OP_N;
  ASSAY_CUDA(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed));
  ASSAY_CUDA(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_TRANSB, &plain, sizeof plain));
  if (fast_accumulation) {
    const std::int8_t on = 1;
    ASSAY_CUDA(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_FAST_ACCUM, &on, sizeof on));
  }
  const auto layout = [](cudaDataType_t type, std::uint64_t rows, std::uint64_t columns) {
    cublasLtMatrixLayout_t made = nullptr;
    ASSAY_CUDA(cublasLtMatrixLayoutCreate(&made, type, rows, columns, static_cast<std::int64_t>(rows)));
    return made;
  };
  a_.reset(layout(types.input, problem.k, problem.m));
  b_.reset(layout(types.input, problem.k, problem.n));
  d_.reset(layout(types.output, problem.m, problem.n));
}

void Matmul::find_candidates(int most) {
  cublasLtMatmulPreference_t made = nullptr;
  ASSAY_CUDA(cublasLtMatmulPreferenceCreate(&made));
  const Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy> preference(made);
  const std::size_t workspace = kWorkspaceBytes;
  ASSAY_CUDA(cublasLtMatmulPreferenceSetAttribute(made, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace,
                                                  sizeof workspace));
  found_.resize(static_cast<std::size_t>(most));
  int count = 0;
  ASSAY_CUDA(cublasLtMatmulAlgoGetHeuristic(handle_.get(), operation_.get(), a_.get(), b_.get(), d_.get(), d_.get(),
                                            made, most, found_.data(), &count));
  found_.resize(static_cast<std::size_t>(count));
  std::erase_if(found_, [](const cublasLtMatmulHeuristicResult_t& one) {
    return one.state != CUBLAS_STATUS_SUCCESS || one.workspaceSize > kWorkspaceBytes;
  });
  if (found_.empty()) {
    throw GpuError(ASSAY_GPU_UNSUPPORTED, "cuBLASLt proposes no algorithm for this shape and data type on this card");
  }
}

cublasStatus_t Matmul::call(std::size_t candidate, const Operands& operands, cudaStream_t stream) {
  // Of the type that the scale has: cuBLASLt reads as many bytes.
  const float one_f32 = 1.0F;
  const float zero_f32 = 0.0F;
  const double one_f64 = 1.0;
  const double zero_f64 = 0.0;
  const std::int32_t one_i32 = 1;
  const std::int32_t zero_i32 = 0;
  const void* alpha = &one_f32;
  const void* beta = &zero_f32;
  if (scale_ == CUDA_R_64F) {
    alpha = &one_f64;
    beta = &zero_f64;
  } else if (scale_ == CUDA_R_32I) {
    alpha = &one_i32;
    beta = &zero_i32;
  }
  return cublasLtMatmul(handle_.get(), operation_.get(), alpha, operands.a, a_.get(), operands.b, b_.get(), beta,
                        operands.d, d_.get(), operands.d, d_.get(), &found_.at(candidate).algo, workspace_.data(),
                        workspace_.bytes(), stream);
}

void Matmul::launch(const Operands& operands, cudaStream_t stream) {
  check_call(call(chosen_, operands, stream), "cublasLtMatmul");
}

bool Matmul::try_launch(std::size_t candidate, const Operands& operands, cudaStream_t stream) {
  const bool accepted = call(candidate, operands, stream) == CUBLAS_STATUS_SUCCESS;
  if (!accepted) {
    static_cast<void>(cudaGetLastError());
  }
  return accepted;
}

std::string Matmul::describe(std::size_t candidate) const {
  const cublasLtMatmulHeuristicResult_t& found = found_.at(candidate);
  struct Attribute {
    const char* name;
    cublasLtMatmulAlgoConfigAttributes_t id;
  };
  constexpr std::array<Attribute, 4> kAttributes{{{"id ", CUBLASLT_ALGO_CONFIG_ID},
                                                  {", tile ", CUBLASLT_ALGO_CONFIG_TILE_ID},
                                                  {", stages ", CUBLASLT_ALGO_CONFIG_STAGES_ID},
                                                  {", split-K ", CUBLASLT_ALGO_CONFIG_SPLITK_NUM}}};
  std::string text;
  for (const Attribute& attribute : kAttributes) {
    std::int32_t value = 0;
    std::size_t written = 0;
    const bool known = cublasLtMatmulAlgoConfigGetAttribute(&found.algo, attribute.id, &value, sizeof value,
                                                            &written) == CUBLAS_STATUS_SUCCESS;
    text += attribute.name + (known ? std::to_string(value) : std::string("not known"));
  }
  return text + ", workspace " + std::to_string(found.workspaceSize) + " bytes";
}

}  // namespace assay::cuda
