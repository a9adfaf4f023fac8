#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/llm/card_weights.hpp"
#include "kernels/cuda/llm/matrix_product.hpp"
#include "kernels/cuda/llm/memory_plan.hpp"
#include "kernels/cuda/llm/step_layout.hpp"

namespace assay::cuda {

/// What a pass has just done; of a layer all but the last two.
enum class PassStage : std::uint8_t {
  attention_norm,
  qkv,
  rotate,
  attention,
  o,
  feed_forward_norm,
  gate_up,
  gate,
  down,
  head_norm,
  head
};

/// Is called after each stage was started; may wait for the stream and read the buffers. Not while a graph is made.
using StageObserver = std::function<void(PassStage, std::uint32_t layer)>;

/// The activations of a pass, overwritten by every one, and the cache.
struct PassBuffers {
  PassBuffers(const AssayLlmOptions& options, const AssayLlmShape& shape, const PassLayout& layout,
              std::uint32_t blocks_wanted);
  /// What the constructor takes.
  [[nodiscard]] static std::uint64_t bytes(const AssayLlmOptions& options, const AssayLlmShape& shape,
                                           std::uint32_t blocks_wanted);
  /// Fills all but tables and cache with NaN.
  void poison(StreamHandle stream) const;

  DeviceMemory step;     ///< a pass as PassLayout has it
  DeviceMemory hidden;   ///< f32
  DeviceMemory input;    ///< of a product
  DeviceMemory scales;   ///< of inputs: [qkv, o, gate_up, down][row]
  DeviceMemory product;  ///< bf16
  DeviceMemory queries;
  DeviceMemory attended;
  DeviceMemory parts;
  DeviceMemory part_sums;
  DeviceMemory head_input;
  DeviceMemory logits;
  DeviceMemory tokens;
  DeviceMemory chosen;         ///< by the pass
  DeviceMemory chosen_before;  ///< by the step before
  DeviceMemory peers;          ///< zeros, for the stand-in of an all-reduce
  DeviceMemory unpacked;       ///< int4 weights: a slab of them in bf16
  DeviceMemory cosines;
  DeviceMemory sines;
  DeviceMemory cache;
};

/// Starts the kernels of a pass, one after another, on one stream.
class CardLayers {
 public:
  CardLayers(const AssayLlmOptions& options, const AssayLlmShape& shape, const CardWeights& weights,
             const PassBuffers& buffers, const PassLayout& layout, std::uint32_t blocks_wanted, StreamHandle stream);

  /// Embedding and layers.
  void run_body(const PassShape& pass, const StageObserver& observer = {}) const;
  /// Norm, head and choice of the pass's outputs.
  void run_head(const PassShape& pass, const StageObserver& observer = {}) const;

  /// The smallest that was made for so many rows.
  [[nodiscard]] const LayerProduct& product(LlmMatrix which, std::uint32_t rows) const;
  /// What that product of a layer works on.
  [[nodiscard]] ProductOperands operands_of(LlmMatrix which, std::uint32_t layer) const;
  /// Of products, by matrix and rows: the algorithm that won.
  [[nodiscard]] std::map<std::string, std::string> choices() const;
  [[nodiscard]] CacheView cache_of(std::uint32_t layer) const;
  [[nodiscard]] std::uint32_t splits_of(const PassShape& pass) const;
  /// The input of a product and its scales.
  [[nodiscard]] ProductInputRows input_of(LlmMatrix which) const;
  /// What the next kernel reads of a product.
  [[nodiscard]] ProductOutput output_of(LlmMatrix which, std::uint32_t layer, std::uint32_t rows) const;

 private:
  void race_products();
  [[nodiscard]] std::unique_ptr<LayerProduct> made_product(LlmMatrix which, std::uint32_t rows) const;
  void fill_inputs() const;
  void multiply(LlmMatrix which, std::uint32_t layer, const PassShape& pass) const;
  void normalise(std::uint32_t norm, const ProductOutput& delta, LlmMatrix next, const PassShape& pass) const;
  void attend(std::uint32_t layer, const PassShape& pass) const;
  void reduce(const PassShape& pass) const;
  template <class Entry>
  [[nodiscard]] const Entry* at(std::size_t offset) const {
    return reinterpret_cast<const Entry*>(buffers_.step.as<std::byte>() + offset);
  }

  AssayLlmOptions options_;
  AssayLlmShape shape_;
  const CardWeights& weights_;
  const PassBuffers& buffers_;
  PassLayout layout_;
  std::uint32_t blocks_wanted_;
  StreamHandle stream_;
  ProductLibrary library_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::unique_ptr<LayerProduct>> products_;  ///< matrix, rows
};

/// Rotation of position p, pair i: cos and sin of p theta^(-2 i / dim), as the CPU's decoder has them.
struct RotationTables {
  std::vector<float> cosines;
  std::vector<float> sines;
};
[[nodiscard]] RotationTables rotation_tables(const AssayLlmShape& shape);

}  // namespace assay::cuda
