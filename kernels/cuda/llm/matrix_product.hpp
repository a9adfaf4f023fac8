#pragma once

#include <cublasLt.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/cuda/cuda_call.cuh"
#include "kernels/cuda/llm/layer_product.hpp"

namespace assay::cuda {

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
class MatrixProduct final : public LayerProduct {
 public:
  /// Asks for heuristics and times up to kMostCandidates of them on `operands` in turn, whose weights must together be
  /// larger than the second-level cache. e4m3: those with scales of tokens and channels inside the product (which the
  /// library knows from compute capability 9.0 on, and not on every one) race against those with scales of 1, whose
  /// output the reader scales: a few multiplications there, and on an H200 up to 47 us less here. Throws GpuError where
  /// there is no algorithm at all.
  MatrixProduct(const ProductLibrary& library, const ProductSize& size, std::span<const ProductOperands> operands,
                StreamHandle stream);
  MatrixProduct(const MatrixProduct&) = delete;
  MatrixProduct& operator=(const MatrixProduct&) = delete;
  ~MatrixProduct() override;

  /// Computes all rows that it was made for.
  void run_way(std::size_t way, const ProductOperands& operands, std::uint32_t rows,
               StreamHandle stream) const override;

  [[nodiscard]] bool leaves_scales() const override { return leaves_scales_; }
  /// "algorithm 66 tile 20 stages 36 split 1, 43.1 us, best of 16; the first would take 45.0 us"
  [[nodiscard]] const std::string& choice() const override { return choice_; }
  [[nodiscard]] double seconds() const override { return seconds_; }

 private:
  static constexpr int kMostCandidates = 16;
  struct Race {
    std::size_t count = 0;
    double first_s = 0.0;
    double best_inside_s = 0.0;  ///< of those with scales inside; 0: there was none
    std::string refusal = "the library knows no algorithm";
  };
  void describe();
  void release() noexcept;
  void set_scales(bool inside) const;
  [[nodiscard]] std::vector<cublasLtMatmulHeuristicResult_t> candidates(bool scales_inside) const;
  /// Times the candidates; the fastest so far is kept.
  void enter(Race& race, bool scales_inside, std::span<const ProductOperands> operands, StreamHandle stream);
  void finish(const Race& race);
  void run_with(const cublasLtMatmulAlgo_t& algorithm, bool scales_inside, const ProductOperands& operands,
                StreamHandle stream) const;

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
