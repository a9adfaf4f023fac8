#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/units.hpp"
#include "kernels/array.hpp"
#include "kernels/llm/decode_products.hpp"
#include "kernels/llm/decoder_step.hpp"
#include "kernels/llm/decoder_weights.hpp"
#include "kernels/llm/kv_cache.hpp"
#include "kernels/llm/llama_decoder.hpp"
#include "kernels/llm/worker_pool.hpp"

namespace assay {

/// The stages of a pass, each complete before the next begins: five a layer. Of many tokens the inputs of a product are
/// prepared in a stage of their own; of few, every worker prepares its own copy, which is faster than to wait once
/// more.
enum class StageKind : std::uint8_t {
  embed,
  prepare_qkv,
  qkv,  ///< and rotation, and the cache
  attention,
  prepare_o,
  o,  ///< and the sum
  prepare_gate_up,
  gate_up,  ///< and SwiGLU
  prepare_down,
  down,  ///< and the sum
  prepare_head,
  head,
  choose
};

/// What LlamaDecoder computes with. A pass is the part of a step that reads the weights once.
class DecoderEngine final : public StagedWork {
 public:
  static constexpr std::size_t kOwnTokens = 8;  ///< of few tokens, see StageKind

  /// `options` complete: held_layers chosen, everything checked.
  explicit DecoderEngine(const DecoderOptions& options);

  void step(const DecoderStep& step) noexcept;

  [[nodiscard]] const DecoderOptions& options() const { return options_; }
  [[nodiscard]] const DecoderWeights& weights() const { return weights_; }
  [[nodiscard]] const KvCache& cache() const { return cache_; }
  [[nodiscard]] std::span<const float> logits(std::size_t sequence) const;
  [[nodiscard]] std::size_t threads() const { return pool_.size(); }
  [[nodiscard]] static Bytes buffer_bytes(const DecoderOptions& options);

  // For checks: a pass stage by stage, and what stands between stages.
  struct Stage {
    StageKind kind = StageKind::embed;
    std::uint32_t layer = 0;
  };
  [[nodiscard]] Stage stage_of(std::uint32_t stage) const noexcept;
  /// Takes the step, which must fit one pass, but does not run it.
  void begin(const DecoderStep& step) noexcept;
  void run_stages(std::uint32_t first, std::uint32_t last) noexcept { pool_.run(*this, first, last); }
  [[nodiscard]] std::span<const float> hidden(std::size_t row) const { return part(hidden_, row, shape_.hidden); }
  [[nodiscard]] std::span<const float> queries(std::size_t row) const { return part(queries_, row, query_size_); }
  [[nodiscard]] std::span<const float> attended(std::size_t row) const { return part(attended_, row, query_size_); }
  [[nodiscard]] std::span<const float> gated(std::size_t row) const { return part(gated_, row, shape_.ffn); }
  /// Prepares the inputs of a product as its stage will, in the copy of worker 0, and returns those of `row` as
  /// numbers.
  [[nodiscard]] std::vector<double> prepared(StageKind product, std::uint32_t layer, std::size_t row);
  /// Fills all that a pass writes, but the cache, with NaN.
  void poison();

  // StagedWork
  [[nodiscard]] std::uint32_t stage_count() const noexcept override;
  [[nodiscard]] std::uint32_t block_count(std::uint32_t stage) const noexcept override;
  void run_block(std::uint32_t stage, std::uint32_t block, std::uint32_t worker) noexcept override;

 private:
  /// A token of the pass.
  struct Row {
    std::uint32_t token = 0;
    std::uint32_t position = 0;
    const std::uint32_t* pages = nullptr;
  };
  /// A token after which one is to be chosen.
  struct Output {
    std::uint32_t row = 0;
    std::uint32_t sequence = 0;
  };
  struct Worker {
    Array<std::byte> input_bytes;
    Array<float> input_scales;
    Array<float> normal;     ///< workspace of a norm
    Array<float> product;    ///< tokens x rows of a block
    Array<float> attention;  ///< workspace
    PreparedInputs inputs;
    std::uint64_t prepared = 0;  ///< which pass and stage they are of
  };

  [[nodiscard]] static std::span<const float> part(const Array<float>& of, std::size_t index, std::size_t size) {
    return of.span().subspan(index * size, size);
  }
  void touch_cache();
  void fill_rotation();
  [[nodiscard]] bool shared_inputs() const { return row_count_ > kOwnTokens; }
  [[nodiscard]] std::size_t tokens_of(StageKind product) const;
  [[nodiscard]] const WeightMatrix& matrix_of(Stage product) const;
  void prepare(Stage product, std::size_t token, const PreparedInputs& to, Worker& worker) const noexcept;
  [[nodiscard]] const PreparedInputs& inputs_for(std::uint32_t stage, Stage product, Worker& worker) noexcept;
  void embed(std::size_t row) noexcept;
  void multiply(std::uint32_t stage, Stage product, std::uint32_t block, Worker& worker) noexcept;
  void finish_head_block(Stage product, std::uint32_t head, float* rows) noexcept;
  void rotate(float* head, std::uint32_t position) const noexcept;
  void attend(std::uint32_t layer, std::uint32_t block, Worker& worker) noexcept;
  void choose(std::size_t output) noexcept;
  void run_pass() noexcept;

  DecoderOptions options_;
  LlamaShape shape_;
  std::size_t query_size_;
  WorkerPool pool_;
  DecoderWeights weights_;
  KvCache cache_;
  Array<float> cosines_, sines_;  ///< position x pair
  Array<float> hidden_, queries_, attended_, gated_, logits_;
  Array<std::byte> shared_bytes_;
  Array<float> shared_scales_;
  PreparedInputs shared_;
  std::vector<Worker> workers_;
  std::vector<Row> rows_;
  std::vector<Output> outputs_;
  std::vector<std::uint32_t> logits_of_sequence_;

  // The pass under way.
  const DecoderStep* step_ = nullptr;
  std::size_t row_count_ = 0;
  std::size_t output_count_ = 0;
  std::size_t outputs_before_ = 0;  ///< of earlier passes of the step
  std::uint64_t pass_ = 0;
};

}  // namespace assay
