#pragma once

#include <cublasLt.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/cuda/cuda_call.cuh"
#include "kernels/cuda/llm/llm_kernels.hpp"

namespace assay::cuda {

/// outputs[row][j] = sum of inputs[row][k] weights[j][k]; all row-major.
struct ProductSize {
  std::uint32_t rows = 0;
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  ActivationFormat format = ActivationFormat::bf16;
  bool float_out = false;  ///< else bf16

  friend auto operator<=>(const ProductSize&, const ProductSize&) = default;
};

struct ProductOperands {
  const void* weights = nullptr;
  const float* channel_scales = nullptr;
  const void* inputs = nullptr;
  const float* token_scales = nullptr;
  void* outputs = nullptr;
};

/// cuBLASLt's handle, its workspace and two constants, of one device and stream.
class ProductLibrary {
 public:
  ProductLibrary();
  ProductLibrary(const ProductLibrary&) = delete;
  ProductLibrary& operator=(const ProductLibrary&) = delete;
  ~ProductLibrary();

  [[nodiscard]] cublasLtHandle_t handle() const { return handle_; }
  [[nodiscard]] void* workspace() const { return workspace_.data(); }
  [[nodiscard]] const float* one() const { return one_.as<float>(); }
  static constexpr std::size_t kWorkspaceBytes = std::size_t{64} << 20U;

 private:
  cublasLtHandle_t handle_ = nullptr;
  DeviceMemory workspace_;
  DeviceMemory one_;
};

/// One size of product with the algorithm that won its race.
class MatrixProduct {
 public:
  /// Asks for heuristics and times up to kMostCandidates of them on `operands` in turn, whose weights must together be
  /// larger than the second-level cache. e4m3: asks for scales of tokens and channels inside the product first; where
  /// the library knows no algorithm for those (it does from compute capability 9.0 on, and not on every one), for
  /// scales of 1, and whoever reads the output applies the scales. Throws GpuError where there is no algorithm at all.
  MatrixProduct(const ProductLibrary& library, const ProductSize& size, std::span<const ProductOperands> operands,
                StreamHandle stream);
  MatrixProduct(const MatrixProduct&) = delete;
  MatrixProduct& operator=(const MatrixProduct&) = delete;
  ~MatrixProduct();

  void run(const ProductOperands& operands, StreamHandle stream) const;

  /// The output still lacks the scales of tokens and channels.
  [[nodiscard]] bool leaves_scales() const { return leaves_scales_; }
  /// "algorithm 66 tile 20 stages 36 split 1, 43.1 us, best of 16; the first would take 45.0 us"
  [[nodiscard]] const std::string& choice() const { return choice_; }
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  static constexpr int kMostCandidates = 16;
  void describe();
  void release() noexcept;
  [[nodiscard]] std::vector<cublasLtMatmulHeuristicResult_t> candidates(bool outer_scales);
  [[nodiscard]] float time_of(const cublasLtMatmulAlgo_t& algorithm, std::span<const ProductOperands> operands,
                              StreamHandle stream) const;
  void race(std::span<const cublasLtMatmulHeuristicResult_t> found, std::span<const ProductOperands> operands,
            StreamHandle stream);
  void run_with(const cublasLtMatmulAlgo_t& algorithm, const ProductOperands& operands, StreamHandle stream) const;

  const ProductLibrary& library_;
  ProductSize size_;
  cublasLtMatmulDesc_t product_ = nullptr;
  cublasLtMatrixLayout_t weights_ = nullptr;
  cublasLtMatrixLayout_t inputs_ = nullptr;
  cublasLtMatrixLayout_t outputs_ = nullptr;
  cublasLtMatmulAlgo_t algorithm_{};
  bool leaves_scales_ = false;
  double seconds_ = 0.0;
  std::string choice_;
};

}  // namespace assay::cuda
