// What DecoderEngine does in the blocks of its stages.
#include <algorithm>

#include "kernels/llm/decoder_engine.hpp"
#include "kernels/llm/swiglu.hpp"
#include "kernels/llm/token_choice.hpp"

namespace assay {

void DecoderEngine::embed(std::size_t row) noexcept {
  float* const to = hidden_.data() + row * shape_.hidden;
  for (std::size_t i = 0; i < shape_.hidden; ++i) {
    to[i] = static_cast<float>(weights_.embedding(rows_[row].token, i));
  }
}

void DecoderEngine::prepare(Stage product, std::size_t token, const PreparedInputs& to, Worker& worker) const noexcept {
  ProductInput input{.epsilon = shape_.norm_epsilon, .workspace = worker.normal.span()};
  switch (product.kind) {
    case StageKind::qkv:
      input.x = hidden(token);
      input.gain = weights_.attention_gain(product.layer);
      break;
    case StageKind::o:
      input.x = attended(token);
      break;
    case StageKind::gate_up:
      input.x = hidden(token);
      input.gain = weights_.feed_forward_gain(product.layer);
      break;
    case StageKind::down:
      input.x = gated(token);
      break;
    default:
      input.x = hidden(outputs_[token].row);
      input.gain = weights_.head_gain();
      break;
  }
  prepare_input(to, token, matrix_of(product).format, input);
}

// The block that the caller holds keeps the stage open, so that what is read here stays as it is.
const PreparedInputs& DecoderEngine::inputs_for(std::uint32_t stage, Stage product, Worker& worker) noexcept {
  const std::size_t tokens = tokens_of(product.kind);
  if (tokens > kOwnTokens || (product.kind != StageKind::head && shared_inputs())) {
    return shared_;
  }
  const std::uint64_t wanted = pass_ << 32 | (stage + 1);
  if (worker.prepared != wanted) {
    for (std::size_t token = 0; token < tokens; ++token) {
      prepare(product, token, worker.inputs, worker);
    }
    worker.prepared = wanted;
  }
  return worker.inputs;
}

void DecoderEngine::rotate(float* head, std::uint32_t position) const noexcept {
  const std::size_t pairs = shape_.head_dim / 2;
  const float* const cosine = cosines_.data() + position * pairs;
  const float* const sine = sines_.data() + position * pairs;
  for (std::size_t i = 0; i < pairs; ++i) {
    const float first = head[i];
    const float second = head[pairs + i];
    head[i] = first * cosine[i] - second * sine[i];
    head[pairs + i] = second * cosine[i] + first * sine[i];
  }
}

// A block of q, k and v is a head of all tokens.
void DecoderEngine::finish_head_block(Stage product, std::uint32_t head, float* rows) noexcept {
  const std::size_t dim = shape_.head_dim;
  for (std::size_t t = 0; t < row_count_; ++t) {
    float* const of_token = rows + t * dim;
    const Row& row = rows_[t];
    if (head < shape_.heads) {
      rotate(of_token, row.position);
      std::copy_n(of_token, dim, queries_.data() + t * query_size_ + head * dim);
      continue;
    }
    const bool key = head < shape_.heads + shape_.kv_heads;
    const auto kv_head = static_cast<std::uint32_t>(head - shape_.heads - (key ? 0 : shape_.kv_heads));
    std::byte* const page =
        cache_.head(product.layer, kv_head) + row.pages[row.position / kPageTokens] * cache_.page_stride();
    if (key) {
      rotate(of_token, row.position);
      store_key(cache_.block(), page, row.position % kPageTokens, {of_token, dim});
    } else {
      store_value(cache_.block(), page, row.position % kPageTokens, {of_token, dim});
    }
  }
}

void DecoderEngine::multiply(std::uint32_t stage, Stage product, std::uint32_t block, Worker& worker) noexcept {
  const WeightMatrix& matrix = matrix_of(product);
  const std::size_t first = block * matrix.block_rows;
  const std::size_t rows = std::min(matrix.block_rows, matrix.rows - first);
  const std::size_t tokens = tokens_of(product.kind);
  ProductBlock work{.matrix = &matrix,
                    .first_row = first,
                    .rows = rows,
                    .inputs = inputs_for(stage, product, worker),
                    .tokens = tokens,
                    .outputs = worker.product.data(),
                    .output_stride = rows};
  if (product.kind == StageKind::head) {
    work.outputs = logits_.data() + outputs_before_ * shape_.vocabulary + first;
    work.output_stride = shape_.vocabulary;
    multiply_block(work);
    return;
  }
  multiply_block(work);
  if (product.kind == StageKind::qkv) {
    finish_head_block(product, block, work.outputs);
    return;
  }
  for (std::size_t t = 0; t < tokens; ++t) {
    const float* const from = work.outputs + t * rows;
    if (product.kind == StageKind::gate_up) {
      swiglu({.pairs = from, .count = rows / 2, .outputs = gated_.data() + t * shape_.ffn + first / 2});
      continue;
    }
    float* const to = hidden_.data() + t * shape_.hidden + first;
    std::transform(from, from + rows, to, to, [](float product_of_row, float sum) { return sum + product_of_row; });
  }
}

// The tokens of a head follow each other, so that its keys and values stay in the cache of the core.
void DecoderEngine::attend(std::uint32_t layer, std::uint32_t block, Worker& worker) noexcept {
  const std::size_t kv_head = block / row_count_;
  const std::size_t t = block % row_count_;
  const std::size_t group = shape_.heads / shape_.kv_heads;
  const std::size_t at = t * query_size_ + kv_head * group * shape_.head_dim;
  paged_attention({.block = cache_.block(),
                   .cache = cache_.head(layer, static_cast<std::uint32_t>(kv_head)),
                   .page_stride = cache_.page_stride(),
                   .pages = rows_[t].pages,
                   .tokens = rows_[t].position + std::size_t{1},
                   .group = group,
                   .queries = queries_.data() + at,
                   .outputs = attended_.data() + at,
                   .workspace = worker.attention.data()});
}

void DecoderEngine::choose(std::size_t output) noexcept {
  const Output& of = outputs_[output];
  const Row& row = rows_[of.row];
  step_->next_tokens[of.sequence] =
      choose_token(part(logits_, outputs_before_ + output, shape_.vocabulary), options_.sampling,
                   {.position = row.position + 1, .last_token = row.token});
}

void DecoderEngine::run_pass() noexcept {
  if (row_count_ == 0) {
    return;
  }
  pool_.run(*this);
  outputs_before_ += output_count_;
  row_count_ = output_count_ = 0;
  ++pass_;
}

// A step of more tokens than a pass holds runs passes on the way.
void DecoderEngine::begin(const DecoderStep& step) noexcept {
  step_ = &step;
  row_count_ = output_count_ = outputs_before_ = 0;
  ++pass_;
  for (std::uint32_t s = 0; s < step.sequences.size(); ++s) {
    const SequenceStep& sequence = step.sequences[s];
    for (std::uint32_t i = 0; i < sequence.tokens.size(); ++i) {
      if (row_count_ == rows_.size()) {
        run_pass();
      }
      rows_[row_count_++] = {
          .token = sequence.tokens[i], .position = sequence.position + i, .pages = sequence.pages.data()};
    }
    if (sequence.wants_token && !sequence.tokens.empty()) {
      logits_of_sequence_[s] = static_cast<std::uint32_t>(outputs_before_ + output_count_);
      outputs_[output_count_++] = {.row = static_cast<std::uint32_t>(row_count_ - 1), .sequence = s};
    }
  }
}

void DecoderEngine::step(const DecoderStep& step) noexcept {
  begin(step);
  run_pass();
}

std::vector<double> DecoderEngine::prepared(StageKind product, std::uint32_t layer, std::size_t row) {
  const Stage of{.kind = product, .layer = layer};
  Worker& worker = workers_[0];
  worker.prepared = 0;
  prepare(of, row, worker.inputs, worker);
  std::vector<double> values(matrix_of(of).columns);
  read_input(worker.inputs, row, matrix_of(of).format, values);
  return values;
}

}  // namespace assay
