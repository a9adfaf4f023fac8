// cuBLASLt's products in the plainest way.
#include <cublasLt.h>

#include <vector>

#include "kernels/cuda/llm/float_formats.hpp"
#include "kernels/cuda/llm/launch.cuh"
#include "tests/kernels/cuda_on_host/product_support.hpp"

struct OnHostLt {};
struct OnHostPreference {
  std::uint32_t c_alignment = 256, d_alignment = 256;  // what cuBLASLt assumes where nothing is said
};
struct OnHostLayout {
  cudaDataType_t type;
  std::uint64_t rows, columns;
  std::int64_t leading;
};
struct OnHostProduct {
  int transpose_a = 0, transpose_b = 0;
  const float* a_scale = nullptr;
  const float* b_scale = nullptr;
  std::int32_t a_mode = 0, b_mode = 0;
  std::int8_t fast = 0;
};

namespace assay::on_host {
bool& outer_scales_known() {
  static bool known = true;
  return known;
}
}  // namespace assay::on_host

namespace {

bool is_aligned(const void* address, std::uint64_t bytes) {
  return reinterpret_cast<std::uintptr_t>(address) % bytes == 0;
}

std::vector<float> columns_of(const void* from, const OnHostLayout& layout) {
  std::vector<float> values(layout.rows * layout.columns);
  for (std::uint64_t j = 0; j < layout.columns; ++j) {
    for (std::uint64_t i = 0; i < layout.rows; ++i) {
      const std::uint64_t at = j * static_cast<std::uint64_t>(layout.leading) + i;
      values[j * layout.rows + i] = layout.type == CUDA_R_8F_E4M3
                                        ? assay::cuda::f8_value(static_cast<const std::uint8_t*>(from)[at])
                                        : assay::cuda::bf16_value(static_cast<const std::uint16_t*>(from)[at]);
    }
  }
  return values;
}

}  // namespace

const char* cublasLtGetStatusString(cublasStatus_t) { return "on host: a status"; }
const char* cublasLtGetStatusName(cublasStatus_t) { return "CUBLAS_STATUS_ON_HOST"; }
cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = new OnHostLt;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* product, cublasComputeType_t, cudaDataType_t) {
  *product = new OnHostProduct;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t product) {
  delete product;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, std::size_t size) {
  const auto take = [&](auto& to) {
    if (sizeof to != size) {
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    std::memcpy(&to, value, size);
    return CUBLAS_STATUS_SUCCESS;
  };
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return take(product->transpose_a);
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return take(product->transpose_b);
    case CUBLASLT_MATMUL_DESC_A_SCALE_POINTER:
      return take(product->a_scale);
    case CUBLASLT_MATMUL_DESC_B_SCALE_POINTER:
      return take(product->b_scale);
    case CUBLASLT_MATMUL_DESC_FAST_ACCUM:
      return take(product->fast);
    case CUBLASLT_MATMUL_DESC_A_SCALE_MODE:
      return take(product->a_mode);
    case CUBLASLT_MATMUL_DESC_B_SCALE_MODE:
      return take(product->b_mode);
  }
  return CUBLAS_STATUS_INVALID_VALUE;
}
cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType_t type, std::uint64_t rows,
                                          std::uint64_t columns, std::int64_t leading) {
  *layout = new OnHostLayout{type, rows, columns, leading};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete layout;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  *preference = new OnHostPreference;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete preference;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute, const void* value,
                                                    std::size_t size) {
  if (attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES) {
    return size == sizeof(std::uint64_t) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
  }
  if (size != sizeof(std::uint32_t)) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  std::memcpy(
      attribute == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES ? &preference->c_alignment : &preference->d_alignment,
      value, size);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t product, cublasLtMatrixLayout_t,
                                              cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
                                              cublasLtMatmulPreference_t preference, int,
                                              cublasLtMatmulHeuristicResult_t* found, int* count) {
  *count = 0;
  if (product->a_mode == CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F && !assay::on_host::outer_scales_known()) {
    return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  // One algorithm, which relies on what it was told of the addresses.
  found[0] = {{{1, preference->c_alignment, preference->d_alignment}}, 0, CUBLAS_STATUS_SUCCESS, 1.0F};
  *count = 1;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t*, cublasLtMatmulAlgoConfigAttributes_t,
                                                    void*, std::size_t, std::size_t*) {
  return CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t product, const void* alpha, const void* a,
                              cublasLtMatrixLayout_t a_layout, const void* b, cublasLtMatrixLayout_t b_layout,
                              const void* beta, const void* c, cublasLtMatrixLayout_t, void* d,
                              cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t* algorithm, void*,
                              std::size_t, cudaStream_t) {
  const bool known = product->transpose_a == CUBLAS_OP_T && product->transpose_b == CUBLAS_OP_N &&
                     *static_cast<const float*>(alpha) == 1.0F && *static_cast<const float*>(beta) == 0.0F &&
                     a_layout->rows == b_layout->rows && d_layout->rows == a_layout->columns &&
                     d_layout->columns == b_layout->columns;
  if (!known || !is_aligned(c, algorithm->data[1]) || !is_aligned(d, algorithm->data[2])) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  const OnHostProduct of = *product;
  const OnHostLayout left = *a_layout;
  const OnHostLayout right = *b_layout;
  const OnHostLayout out = *d_layout;
  assay::on_host::in_order([=] {
    const std::vector<float> x = columns_of(a, left);
    const std::vector<float> y = columns_of(b, right);
    for (std::uint64_t j = 0; j < right.columns; ++j) {
      for (std::uint64_t i = 0; i < left.columns; ++i) {
        float sum = 0.0F;
        for (std::uint64_t k = 0; k < left.rows; ++k) {
          sum += x[i * left.rows + k] * y[j * left.rows + k];
        }
        if (left.type == CUDA_R_8F_E4M3) {
          const bool outer = of.a_mode == CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F;
          sum *= of.a_scale[outer ? i : 0] * of.b_scale[outer ? j : 0];
        }
        const std::uint64_t at = j * static_cast<std::uint64_t>(out.leading) + i;
        if (out.type == CUDA_R_32F) {
          static_cast<float*>(d)[at] = sum;
        } else {
          static_cast<std::uint16_t*>(d)[at] = assay::cuda::bf16_from(sum);
        }
      }
    }
  });
  return CUBLAS_STATUS_SUCCESS;
}
