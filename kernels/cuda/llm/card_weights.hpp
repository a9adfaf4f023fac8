#pragma once

#include <cstdint>
#include <vector>

#include "kernels/cuda/cuda_call.cuh"
#include "kernels/cuda/llm/llm_interface.h"
#include "kernels/cuda/llm/matrix_format.hpp"
#include "kernels/cuda/llm/weight_values.hpp"

namespace assay::cuda {

/// A matrix on the card, row-major.
struct CardMatrix {
  DeviceMemory values;
  DeviceMemory scales;  ///< as the format has them
  MatrixFormat format = MatrixFormat::bf16;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
};

/// Elements of the gains of a norm: number 2 l is that before attention of layer l, 2 l + 1 that before its
/// feed-forward part, 2 held the head's.
[[nodiscard]] std::vector<float> gains_of_norm(std::uint64_t seed, std::uint32_t norm, std::uint32_t size);

/// A row of a matrix from the seed, in double and as the card holds it: by the host, for references.
struct WeightRow {
  std::uint64_t seed = 0;
  LlmMatrix words = LlmMatrix::qkv;  ///< the embedding's for a tied head
  std::uint32_t layer = 0;           ///< that is held
  std::uint32_t row = 0;
  std::uint32_t columns = 0;
  MatrixFormat format = MatrixFormat::bf16;
  double unit = 0.0;
};
[[nodiscard]] std::vector<double> weight_row(const WeightRow& which);

/// The weights of a decoder, filled on the card from the seed. Values and checksum are those of the CPU's decoder for
/// equal shape, formats, held layers and seed.
class CardWeights {
 public:
  CardWeights(const AssayLlmShape& shape, std::int32_t weights, std::uint32_t held_layers, std::uint64_t seed,
              StreamHandle stream);

  /// `layer`: any of the model.
  [[nodiscard]] const CardMatrix& matrix(LlmMatrix which, std::uint32_t layer) const;
  [[nodiscard]] const float* gain(std::uint32_t norm) const { return gains_.as<float>() + std::size_t{norm} * hidden_; }
  [[nodiscard]] std::uint32_t held_layers() const { return held_layers_; }
  [[nodiscard]] std::uint64_t checksum() const { return checksum_; }
  [[nodiscard]] double unit_of(LlmMatrix which) const;
  [[nodiscard]] LlmMatrix words_of(LlmMatrix which) const;

 private:
  [[nodiscard]] CardMatrix fill(LlmMatrix which, std::uint32_t layer, StreamHandle stream, std::uint64_t* sum) const;
  void fill_gains();

  AssayLlmShape shape_;
  MatrixFormat format_;
  std::uint32_t held_layers_;
  std::uint64_t seed_;
  std::uint32_t hidden_;
  std::vector<CardMatrix> layers_;  ///< qkv, o, gate_up, down of each
  CardMatrix embedding_;
  CardMatrix head_;  ///< empty where it is the embedding
  DeviceMemory gains_;
  std::uint64_t checksum_ = 0;
};

}  // namespace assay::cuda
