#include "kernels/cuda/llm/matrix_product.hpp"

#include <algorithm>
#include <cstdio>

namespace assay::cuda {
namespace {

template <class Value>
void set(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t attribute, const Value& value) {
  ASSAY_CUDA(cublasLtMatmulDescSetAttribute(product, attribute, &value, sizeof value));
}

template <class Value>
Value attribute_of(const cublasLtMatmulAlgo_t& algorithm, cublasLtMatmulAlgoConfigAttributes_t attribute) {
  Value value{};
  std::size_t written = 0;
  // An attribute that this version of the library does not tell stays 0: it is for the reader alone.
  static_cast<void>(cublasLtMatmulAlgoConfigGetAttribute(&algorithm, attribute, &value, sizeof value, &written));
  return value;
}

std::string name_of_algorithm(const cublasLtMatmulAlgo_t& algorithm) {
  char text[96];
  std::snprintf(text, sizeof text, "algorithm %d tile %u stages %u split %d",
                attribute_of<std::int32_t>(algorithm, CUBLASLT_ALGO_CONFIG_ID),
                attribute_of<std::uint32_t>(algorithm, CUBLASLT_ALGO_CONFIG_TILE_ID),
                attribute_of<std::uint32_t>(algorithm, CUBLASLT_ALGO_CONFIG_STAGES_ID),
                attribute_of<std::int32_t>(algorithm, CUBLASLT_ALGO_CONFIG_SPLITK_NUM));
  return text;
}

class Preference {
 public:
  /// `output_alignment`: in bytes. Of all other operands it is 256, what the library assumes and what cudaMalloc gives.
  explicit Preference(std::uint32_t output_alignment) {
    ASSAY_CUDA(cublasLtMatmulPreferenceCreate(&preference_));
    const std::size_t bytes = ProductLibrary::kWorkspaceBytes;
    ASSAY_CUDA(cublasLtMatmulPreferenceSetAttribute(preference_, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &bytes,
                                                    sizeof bytes));
    for (const auto side : {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES}) {
      ASSAY_CUDA(cublasLtMatmulPreferenceSetAttribute(preference_, side, &output_alignment, sizeof output_alignment));
    }
  }
  Preference(const Preference&) = delete;
  Preference& operator=(const Preference&) = delete;
  ~Preference() { static_cast<void>(cublasLtMatmulPreferenceDestroy(preference_)); }
  [[nodiscard]] cublasLtMatmulPreference_t get() const { return preference_; }

 private:
  cublasLtMatmulPreference_t preference_ = nullptr;
};

}  // namespace

ProductLibrary::ProductLibrary() : workspace_(kWorkspaceBytes), one_(sizeof(float)) {
  constexpr float kOne = 1.0F;
  ASSAY_CUDA(cudaMemcpy(one_.data(), &kOne, sizeof kOne, cudaMemcpyHostToDevice));
  ASSAY_CUDA(cublasLtCreate(&handle_));
}

ProductLibrary::~ProductLibrary() { static_cast<void>(cublasLtDestroy(handle_)); }

MatrixProduct::MatrixProduct(const ProductLibrary& library, const ProductSize& size,
                             std::span<const ProductOperands> operands, StreamHandle stream)
    : library_(library), size_(size) {
  try {
    describe();
    Race race;
    if (size.format == ActivationFormat::f8) {
      enter(race, /*scales_inside=*/true, operands, stream);
    }
    enter(race, /*scales_inside=*/false, operands, stream);
    finish(race);
  } catch (...) {
    release();
    throw;
  }
}

MatrixProduct::~MatrixProduct() { release(); }

void MatrixProduct::release() noexcept {
  for (cublasLtMatrixLayout_t* const layout : {&weights_, &inputs_, &outputs_}) {
    if (*layout != nullptr) {
      static_cast<void>(cublasLtMatrixLayoutDestroy(*layout));
      *layout = nullptr;
    }
  }
  if (product_ != nullptr) {
    static_cast<void>(cublasLtMatmulDescDestroy(product_));
    product_ = nullptr;
  }
}

// cuBLASLt counts columns first: a row-major matrix of rows x k is its k x rows matrix with leading dimension k. So the
// product is outputs' (j x row) = weights (k x j, transposed) inputs (k x row), the only order it has for e4m3.
void MatrixProduct::describe() {
  const cudaDataType_t in = size_.format == ActivationFormat::f8 ? CUDA_R_8F_E4M3 : CUDA_R_16BF;
  const cudaDataType_t out = size_.float_out ? CUDA_R_32F : CUDA_R_16BF;
  ASSAY_CUDA(cublasLtMatmulDescCreate(&product_, CUBLAS_COMPUTE_32F, CUDA_R_32F));
  set(product_, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
  set(product_, CUBLASLT_MATMUL_DESC_TRANSB, CUBLAS_OP_N);
  if (size_.format == ActivationFormat::f8) {
    // Sums in the matrix unit's own accumulators: what serving engines use.
    set(product_, CUBLASLT_MATMUL_DESC_FAST_ACCUM, std::int8_t{1});
  }
  ASSAY_CUDA(cublasLtMatrixLayoutCreate(&weights_, in, size_.inputs, size_.outputs, size_.inputs));
  ASSAY_CUDA(cublasLtMatrixLayoutCreate(&inputs_, in, size_.inputs, size_.rows, size_.inputs));
  ASSAY_CUDA(cublasLtMatrixLayoutCreate(&outputs_, out, size_.outputs, size_.rows,
                                        size_.output_stride > 0 ? size_.output_stride : size_.outputs));
}

void MatrixProduct::set_scales(bool inside) const {
  const std::int32_t mode =
      inside ? CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F : CUBLASLT_MATMUL_MATRIX_SCALE_SCALAR_32F;
  set(product_, CUBLASLT_MATMUL_DESC_A_SCALE_MODE, mode);
  set(product_, CUBLASLT_MATMUL_DESC_B_SCALE_MODE, mode);
  // The heuristics look at whether there are pointers, not behind them; run_with() sets the real ones.
  set(product_, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, library_.one());
  set(product_, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, library_.one());
}

std::vector<cublasLtMatmulHeuristicResult_t> MatrixProduct::candidates(bool scales_inside) const {
  const Preference preference(size_.output_alignment);
  std::vector<cublasLtMatmulHeuristicResult_t> found(kMostCandidates);
  int count = 0;
  const cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(library_.handle(), product_, weights_, inputs_, outputs_, outputs_,
                                     preference.get(), kMostCandidates, found.data(), &count);
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || (scales_inside && status == CUBLAS_STATUS_INVALID_VALUE)) {
    return {};
  }
  check_call(status, "cublasLtMatmulAlgoGetHeuristic");
  found.resize(static_cast<std::size_t>(count));
  std::erase_if(found, [](const auto& one) { return one.state != CUBLAS_STATUS_SUCCESS; });
  return found;
}

void MatrixProduct::run_with(const cublasLtMatmulAlgo_t& algorithm, bool scales_inside, const ProductOperands& operands,
                             StreamHandle stream) const {
  constexpr float kOne = 1.0F;
  constexpr float kZero = 0.0F;
  if (size_.format == ActivationFormat::f8) {
    set(product_, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, scales_inside ? operands.weight_scales : library_.one());
    set(product_, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, scales_inside ? operands.token_scales : library_.one());
  }
  ASSAY_CUDA(cublasLtMatmul(library_.handle(), product_, &kOne, operands.weights, weights_, operands.inputs, inputs_,
                            &kZero, operands.outputs, outputs_, operands.outputs, outputs_, &algorithm,
                            library_.workspace(), ProductLibrary::kWorkspaceBytes, stream));
}

void MatrixProduct::run_way(std::size_t /*way*/, const ProductOperands& operands, std::uint32_t /*rows*/,
                            StreamHandle stream) const {
  run_with(algorithm_, !leaves_scales_, operands, stream);
}

void MatrixProduct::enter(Race& race, bool scales_inside, std::span<const ProductOperands> operands,
                          StreamHandle stream) {
  if (size_.format == ActivationFormat::f8) {
    set_scales(scales_inside);
  }
  double best_here_s = 0.0;
  for (const cublasLtMatmulHeuristicResult_t& candidate : candidates(scales_inside)) {
    double time_s = 0.0;
    try {
      time_s = static_cast<double>(time_product(
          operands, stream, [&](const ProductOperands& one) { run_with(candidate.algo, scales_inside, one, stream); }));
    } catch (const GpuError& error) {
      if (error.code() != ASSAY_GPU_UNSUPPORTED) {
        throw;
      }
      race.refusal = error.what();  // one that the heuristics offer and the product then refuses: the next one
      continue;
    }
    best_here_s = best_here_s > 0.0 ? std::min(best_here_s, time_s) : time_s;
    if (race.count++ == 0) {
      race.first_s = time_s;
    }
    if (race.count == 1 || time_s < seconds_) {
      seconds_ = time_s;
      algorithm_ = candidate.algo;
      leaves_scales_ = size_.format == ActivationFormat::f8 && !scales_inside;
    }
  }
  if (scales_inside) {
    race.best_inside_s = best_here_s;
  }
}

void MatrixProduct::finish(const Race& race) {
  char text[256];
  if (race.count == 0) {
    std::snprintf(text, sizeof text, "matrix product of %u x %u x %u in %s: ", size_.rows, size_.outputs, size_.inputs,
                  size_.format == ActivationFormat::f8 ? "fp8" : "bf16");
    throw GpuError(ASSAY_GPU_UNSUPPORTED, text + race.refusal);
  }
  if (size_.format == ActivationFormat::f8) {
    set_scales(!leaves_scales_);
  }
  std::snprintf(text, sizeof text, "%s, %.1f us, best of %zu; the first would take %.1f us",
                name_of_algorithm(algorithm_).c_str(), seconds_ * 1e6, race.count, race.first_s * 1e6);
  choice_ = text;
  if (leaves_scales_) {
    choice_ += "; scales in the next kernel";
    if (race.best_inside_s > 0.0) {
      std::snprintf(text, sizeof text, ", inside it would take %.1f us", race.best_inside_s * 1e6);
      choice_ += text;
    }
  }
}

}  // namespace assay::cuda
