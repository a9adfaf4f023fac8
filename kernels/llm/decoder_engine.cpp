#include "kernels/llm/decoder_engine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace assay {
namespace {

constexpr std::array kAlone = {StageKind::qkv, StageKind::attention, StageKind::o, StageKind::gate_up, StageKind::down};
constexpr std::array kPrepared = {
    StageKind::prepare_qkv,     StageKind::qkv,     StageKind::attention,    StageKind::prepare_o, StageKind::o,
    StageKind::prepare_gate_up, StageKind::gate_up, StageKind::prepare_down, StageKind::down};
constexpr std::size_t kMostBlockRows = 128;

std::size_t widest_input(const LlamaShape& shape) {
  return std::max({shape.hidden, shape.heads * shape.head_dim, shape.ffn});
}

StageKind product_of(StageKind prepare) { return static_cast<StageKind>(static_cast<std::uint8_t>(prepare) + 1); }

bool prepares(StageKind kind) {
  return kind == StageKind::prepare_qkv || kind == StageKind::prepare_o || kind == StageKind::prepare_gate_up ||
         kind == StageKind::prepare_down || kind == StageKind::prepare_head;
}

/// The cache, each worker its layers.
class TouchCache final : public StagedWork {
 public:
  TouchCache(const KvCache& cache, std::uint64_t layers) : cache_(cache), layers_(layers) {}
  [[nodiscard]] std::uint32_t stage_count() const noexcept override { return 1; }
  [[nodiscard]] std::uint32_t block_count(std::uint32_t /*stage*/) const noexcept override {
    return static_cast<std::uint32_t>(layers_);
  }
  void run_block(std::uint32_t /*stage*/, std::uint32_t block, std::uint32_t /*worker*/) noexcept override {
    cache_.first_touch(block);
  }

 private:
  const KvCache& cache_;
  std::uint64_t layers_;
};

}  // namespace

DecoderEngine::DecoderEngine(const DecoderOptions& options)
    : options_(options),
      shape_(options.shape),
      query_size_(shape_.heads * shape_.head_dim),
      pool_(options.cpus),
      weights_({.shape = shape_, .formats = options.formats, .held_layers = options.held_layers, .seed = options.seed},
               pool_),
      cache_(shape_, options.formats.kv, options.page_count),
      cosines_(shape_.context * shape_.head_dim / 2),
      sines_(shape_.context * shape_.head_dim / 2),
      hidden_(options.most_tokens * shape_.hidden),
      queries_(options.most_tokens * query_size_),
      attended_(options.most_tokens * query_size_),
      gated_(options.most_tokens * shape_.ffn),
      logits_(options.most_outputs * shape_.vocabulary),
      shared_bytes_(options.most_tokens * PreparedInputs::stride_for(widest_input(shape_))),
      shared_scales_(options.most_tokens),
      workers_(pool_.size()),
      rows_(options.most_tokens),
      outputs_(options.most_outputs),
      logits_of_sequence_(options.most_outputs) {
  const std::size_t widest = widest_input(shape_);
  const std::size_t stride = PreparedInputs::stride_for(widest);
  shared_ = {.data = shared_bytes_.data(), .scales = shared_scales_.data(), .stride = stride};
  for (Worker& worker : workers_) {
    worker.input_bytes = Array<std::byte>(kOwnTokens * stride);
    worker.input_scales = Array<float>(kOwnTokens);
    worker.normal = Array<float>(widest);
    worker.product = Array<float>(options.most_tokens * kMostBlockRows);
    worker.attention = Array<float>(attention_workspace(shape_.heads / shape_.kv_heads));
    worker.inputs = {.data = worker.input_bytes.data(), .scales = worker.input_scales.data(), .stride = stride};
  }
  TouchCache touch(cache_, shape_.layers);
  pool_.run(touch);
  fill_rotation();
  poison();
}

Bytes DecoderEngine::buffer_bytes(const DecoderOptions& options) {
  const LlamaShape& shape = options.shape;
  const std::size_t workers = std::max<std::size_t>(options.cpus.size(), 1);
  const std::size_t stride = PreparedInputs::stride_for(widest_input(shape));
  const std::size_t floats = shape.context * shape.head_dim + options.most_outputs * shape.vocabulary +
                             options.most_tokens * (shape.hidden + 2 * shape.heads * shape.head_dim + shape.ffn + 1) +
                             workers * (options.most_tokens * kMostBlockRows + widest_input(shape));
  return {floats * sizeof(float) + (options.most_tokens + workers * kOwnTokens) * stride};
}

// Source: Su et al., "RoFormer", 2021, in the order of Llama's published weights: element i turns with i + dim / 2.
void DecoderEngine::fill_rotation() {
  const std::size_t pairs = shape_.head_dim / 2;
  for (std::size_t i = 0; i < pairs; ++i) {
    const double frequency =
        std::pow(shape_.rope_theta, -2.0 * static_cast<double>(i) / static_cast<double>(shape_.head_dim));
    for (std::size_t position = 0; position < shape_.context; ++position) {
      const double angle = static_cast<double>(position) * frequency;
      cosines_.data()[position * pairs + i] = static_cast<float>(std::cos(angle));
      sines_.data()[position * pairs + i] = static_cast<float>(std::sin(angle));
    }
  }
}

void DecoderEngine::poison() {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (Array<float>* const of : {&hidden_, &queries_, &attended_, &gated_, &logits_}) {
    std::ranges::fill(of->span(), kNan);
  }
  for (Worker& worker : workers_) {
    std::ranges::fill(worker.product.span(), kNan);
    std::ranges::fill(worker.input_scales.span(), kNan);
  }
  std::ranges::fill(shared_scales_.span(), kNan);
}

std::span<const float> DecoderEngine::logits(std::size_t sequence) const {
  return part(logits_, logits_of_sequence_.at(sequence), shape_.vocabulary);
}

std::uint32_t DecoderEngine::stage_count() const noexcept {
  const std::size_t layer = shared_inputs() ? kPrepared.size() : kAlone.size();
  const std::size_t end = output_count_ == 0 ? 0 : (output_count_ > kOwnTokens ? 3 : 2);
  return static_cast<std::uint32_t>(1 + shape_.layers * layer + end);
}

DecoderEngine::Stage DecoderEngine::stage_of(std::uint32_t stage) const noexcept {
  const std::size_t a_layer = shared_inputs() ? kPrepared.size() : kAlone.size();
  if (stage == 0) {
    return {};
  }
  const std::size_t layer = (stage - 1) / a_layer;
  const std::size_t within = (stage - 1) % a_layer;
  if (layer < shape_.layers) {
    return {.kind = shared_inputs() ? kPrepared[within] : kAlone[within], .layer = static_cast<std::uint32_t>(layer)};
  }
  const std::size_t from_end = stage_count() - stage;
  return {.kind = from_end == 1 ? StageKind::choose : (from_end == 2 ? StageKind::head : StageKind::prepare_head)};
}

std::size_t DecoderEngine::tokens_of(StageKind product) const {
  return product == StageKind::head ? output_count_ : row_count_;
}

const WeightMatrix& DecoderEngine::matrix_of(Stage product) const {
  switch (product.kind) {
    case StageKind::qkv:
      return weights_.matrix(DecoderMatrix::qkv, product.layer);
    case StageKind::o:
      return weights_.matrix(DecoderMatrix::o, product.layer);
    case StageKind::gate_up:
      return weights_.matrix(DecoderMatrix::gate_up, product.layer);
    case StageKind::down:
      return weights_.matrix(DecoderMatrix::down, product.layer);
    default:
      return weights_.matrix(DecoderMatrix::head, 0);
  }
}

std::uint32_t DecoderEngine::block_count(std::uint32_t stage) const noexcept {
  const Stage of = stage_of(stage);
  if (prepares(of.kind)) {
    return static_cast<std::uint32_t>(tokens_of(product_of(of.kind)));
  }
  switch (of.kind) {
    case StageKind::embed:
      return static_cast<std::uint32_t>(row_count_);
    case StageKind::attention:
      return static_cast<std::uint32_t>(row_count_ * shape_.kv_heads);
    case StageKind::choose:
      return static_cast<std::uint32_t>(output_count_);
    default:
      return matrix_of(of).blocks();
  }
}

void DecoderEngine::run_block(std::uint32_t stage, std::uint32_t block, std::uint32_t worker) noexcept {
  const Stage of = stage_of(stage);
  Worker& own = workers_[worker];
  if (prepares(of.kind)) {
    prepare({.kind = product_of(of.kind), .layer = of.layer}, block, shared_, own);
    return;
  }
  switch (of.kind) {
    case StageKind::embed:
      embed(block);
      break;
    case StageKind::attention:
      attend(of.layer, block, own);
      break;
    case StageKind::choose:
      choose(block);
      break;
    default:
      multiply(stage, of, block, own);
      break;
  }
}

}  // namespace assay
