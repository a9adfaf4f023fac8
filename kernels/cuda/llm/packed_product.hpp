#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "kernels/cuda/llm/llm_interface.h"
#include "kernels/cuda/llm/matrix_product.hpp"
#include "kernels/cuda/llm/packed_kernels.hpp"

namespace assay::cuda {

/// Rows of a matrix of 4-bit weights that are unpacked at a time: a divisor of its rows, of 128 a multiple if there is
/// one that fits.
[[nodiscard]] std::uint32_t slab_rows(std::uint32_t rows, std::uint32_t columns);
/// Bytes by which the addresses of all slabs' outputs, in bf16, divide: at most 256.
[[nodiscard]] std::uint32_t slab_alignment(std::uint32_t rows, std::uint32_t slab);
/// Of the largest slab of the matrices of a layer, in bf16.
[[nodiscard]] std::uint64_t unpacked_bytes(const AssayLlmShape& shape);

/// A product with 4-bit weights. Ways: our kernel in each of kPackedWays, which reads the weights as they are, and last
/// cuBLASLt's bf16 product of weights that were unpacked slab by slab: for prompts, at the rate of bf16.
class PackedProduct final : public LayerProduct {
 public:
  /// Races the ways on `operands` in turn. `unpacked`: room for unpacked_bytes(), which every product of the stream may
  /// use. Throws GpuError.
  PackedProduct(const ProductLibrary& library, const ProductSize& size, std::uint16_t* unpacked,
                std::span<const ProductOperands> operands, StreamHandle stream);

  [[nodiscard]] std::size_t ways() const override { return kPackedWays.size() + 1; }
  [[nodiscard]] std::size_t chosen_way() const override { return chosen_; }
  void run_way(std::size_t way, const ProductOperands& operands, std::uint32_t rows,
               StreamHandle stream) const override;
  [[nodiscard]] bool rounds_weights(std::size_t way) const override { return way == kPackedWays.size(); }
  [[nodiscard]] const std::string& choice() const override { return choice_; }
  [[nodiscard]] double seconds() const override { return seconds_; }

 private:
  void unpack(const ProductOperands& operands, std::uint32_t first_row, StreamHandle stream) const;
  void race(std::span<const ProductOperands> operands, StreamHandle stream);

  ProductSize size_;
  std::uint32_t slab_rows_;
  std::uint16_t* unpacked_;
  std::unique_ptr<MatrixProduct> slab_product_;
  std::size_t chosen_ = 0;
  double seconds_ = 0.0;
  std::string choice_;
};

}  // namespace assay::cuda
