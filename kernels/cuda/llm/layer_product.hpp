#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "kernels/cuda/llm/llm_kernels.hpp"

namespace assay::cuda {

/// outputs[row][j] = sum of inputs[row][k] weights[j][k]; all row-major.
struct ProductSize {
  std::uint32_t rows = 0;
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  ActivationFormat format = ActivationFormat::bf16;  ///< of the inputs
  bool float_out = false;                            ///< else bf16
  std::uint32_t output_stride = 0;                   ///< elements from row to row; 0: outputs
  std::uint32_t output_alignment = 256;              ///< bytes: of every address that the outputs will have

  friend auto operator<=>(const ProductSize&, const ProductSize&) = default;
};

struct ProductOperands {
  const void* weights = nullptr;
  const float* weight_scales = nullptr;  ///< as the weights' format has them
  const void* inputs = nullptr;
  const float* token_scales = nullptr;
  void* outputs = nullptr;
};

/// A product of one size, computed in the way that won a race.
class LayerProduct {
 public:
  LayerProduct() = default;
  LayerProduct(const LayerProduct&) = delete;
  LayerProduct& operator=(const LayerProduct&) = delete;
  virtual ~LayerProduct() = default;

  /// `rows`: those that matter, at most ProductSize::rows; whether the others are computed is the product's business.
  void run(const ProductOperands& operands, std::uint32_t rows, StreamHandle stream) const {
    run_way(chosen_way(), operands, rows, stream);
  }

  /// For checks: every way that a race may choose.
  [[nodiscard]] virtual std::size_t ways() const { return 1; }
  [[nodiscard]] virtual std::size_t chosen_way() const { return 0; }
  virtual void run_way(std::size_t way, const ProductOperands& operands, std::uint32_t rows,
                       StreamHandle stream) const = 0;
  /// That way rounds each weight to bf16 before it multiplies.
  [[nodiscard]] virtual bool rounds_weights(std::size_t way) const { return way >= ways(); }

  /// The output still lacks the scales of tokens and channels.
  [[nodiscard]] virtual bool leaves_scales() const { return false; }
  /// For the reader: what won, its time, and what it won against.
  [[nodiscard]] virtual const std::string& choice() const = 0;
  [[nodiscard]] virtual double seconds() const = 0;
};

/// Seconds of one product: once to warm up, then over the operands in turn, so that each run reads its weights from
/// memory where those of all operands together are larger than the second-level cache.
[[nodiscard]] float time_product(std::span<const ProductOperands> operands, StreamHandle stream,
                                 const std::function<void(const ProductOperands&)>& product);

}  // namespace assay::cuda
