#include "kernels/cuda/llm/card_layers.hpp"

#include <algorithm>
#include <set>

#include "kernels/cuda/llm/packed_product.hpp"
#include "kernels/cuda/llm/weight_fill.hpp"

namespace assay::cuda {
namespace {

constexpr std::uint32_t kMostRaced = 8;  ///< layers whose weights a race reads in turn

const char* name_of_matrix(LlmMatrix which) {
  switch (which) {
    case LlmMatrix::qkv:
      return "qkv";
    case LlmMatrix::o:
      return "o";
    case LlmMatrix::gate_up:
      return "gate_up";
    case LlmMatrix::down:
      return "down";
    default:
      return "head";
  }
}

void observe(const StageObserver& observer, PassStage stage, std::uint32_t layer) {
  if (observer) {
    observer(stage, layer);
  }
}

}  // namespace

CardLayers::CardLayers(const AssayLlmOptions& options, const AssayLlmShape& shape, const CardWeights& weights,
                       const PassBuffers& buffers, const PassLayout& layout, std::uint32_t blocks_wanted,
                       StreamHandle stream)
    : options_(options),
      shape_(shape),
      weights_(weights),
      buffers_(buffers),
      layout_(layout),
      blocks_wanted_(blocks_wanted),
      stream_(stream) {
  race_products();
}

// Random numbers: the power, and so the clock, of a matrix unit depends on what it multiplies.
void CardLayers::fill_inputs() const {
  constexpr auto kStream = static_cast<LlmMatrix>(32);  // of random words, beside those of weights, gains and draws
  const auto fill = [&](LlmMatrix which, std::uint32_t rows) {
    const ProductInputRows input = input_of(which);
    launch_fill(stream_, {.values = input.values,
                          .scales = input.scales,
                          .format = matrix_format_of(input.format),
                          .matrix = kStream,
                          .words = kStream,
                          .seed = options_.seed,
                          .rows = rows,
                          .columns = weights_.matrix(which, 0).columns,
                          .unit = 1.0 / kWeightLevelDeviation});
  };
  for (const LlmMatrix which : {LlmMatrix::qkv, LlmMatrix::o, LlmMatrix::gate_up, LlmMatrix::down}) {
    fill(which, product_rows(options_.most_tokens));
  }
  fill(LlmMatrix::head, product_rows(options_.most_outputs));
}

void CardLayers::race_products() {
  fill_inputs();
  std::set<std::uint32_t> rows;
  std::set<std::uint32_t> outputs;
  // The library's products are made for multiples of 16; ours know how many rows there are.
  const bool packed = weights_.matrix(LlmMatrix::qkv, 0).format == MatrixFormat::int4;
  for (const std::uint32_t bucket : decode_buckets(options_.most_outputs)) {
    rows.insert(packed ? bucket : product_rows(bucket));
    outputs.insert(product_rows(bucket));
  }
  for (const std::uint32_t bucket : mixed_row_buckets(options_.most_tokens)) {
    rows.insert(packed ? bucket : product_rows(bucket));
  }
  for (const LlmMatrix which : {LlmMatrix::qkv, LlmMatrix::o, LlmMatrix::gate_up, LlmMatrix::down, LlmMatrix::head}) {
    for (const std::uint32_t count : which == LlmMatrix::head ? outputs : rows) {
      products_.emplace(std::pair(static_cast<std::uint32_t>(which), count), made_product(which, count));
    }
  }
}

std::unique_ptr<LayerProduct> CardLayers::made_product(LlmMatrix which, std::uint32_t rows) const {
  const bool head = which == LlmMatrix::head;
  std::vector<ProductOperands> operands;
  for (std::uint32_t layer = 0; layer < (head ? 1 : std::min(kMostRaced, weights_.held_layers())); ++layer) {
    operands.push_back(operands_of(which, layer));
  }
  const CardMatrix& matrix = weights_.matrix(which, 0);
  const ProductSize size{.rows = rows,
                         .outputs = matrix.rows,
                         .inputs = matrix.columns,
                         .format = traits_of(matrix.format).inputs,
                         .float_out = head};
  if (matrix.format == MatrixFormat::int4) {
    return std::make_unique<PackedProduct>(library_, size, buffers_.unpacked.as<std::uint16_t>(), operands, stream_);
  }
  return std::make_unique<MatrixProduct>(library_, size, operands, stream_);
}

const LayerProduct& CardLayers::product(LlmMatrix which, std::uint32_t rows) const {
  const auto found = products_.lower_bound({static_cast<std::uint32_t>(which), rows});
  if (found == products_.end() || found->first.first != static_cast<std::uint32_t>(which)) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "product " + std::string(name_of_matrix(which)) + " of " +
                                               std::to_string(rows) + " rows: none was made for so many");
  }
  return *found->second;
}

ProductOperands CardLayers::operands_of(LlmMatrix which, std::uint32_t layer) const {
  const CardMatrix& matrix = weights_.matrix(which, layer);
  const ProductInputRows input = input_of(which);
  return {.weights = matrix.values.data(),
          .weight_scales = matrix.scales.as<float>(),
          .inputs = input.values,
          .token_scales = input.scales,
          .outputs = which == LlmMatrix::head ? buffers_.logits.data() : buffers_.product.data()};
}

std::map<std::string, std::string> CardLayers::choices() const {
  std::map<std::string, std::string> result;
  for (const auto& [key, product] : products_) {
    result["product " + std::string(name_of_matrix(static_cast<LlmMatrix>(key.first))) + " of " +
           std::to_string(key.second)] = product->choice();
  }
  return result;
}

CacheView CardLayers::cache_of(std::uint32_t layer) const {
  const std::size_t of_layer = buffers_.cache.bytes() / shape_.layers;
  return {.layer = buffers_.cache.as<std::byte>() + layer * of_layer,
          .format = options_.kv == ASSAY_LLM_F8 ? CacheFormat::f8 : CacheFormat::bf16,
          .kv_heads = shape_.kv_heads,
          .dim = shape_.head_dim};
}

std::uint32_t CardLayers::splits_of(const PassShape& pass) const {
  return choose_splits(pass.decodes, shape_.kv_heads, blocks_wanted_);
}

ProductInputRows CardLayers::input_of(LlmMatrix which) const {
  if (which == LlmMatrix::head) {
    return {.values = buffers_.head_input.data(), .scales = nullptr, .format = ActivationFormat::bf16};
  }
  const std::size_t rows = product_rows(options_.most_tokens);
  return {.values = buffers_.input.data(),
          .scales = buffers_.scales.as<float>() + static_cast<std::size_t>(which) * rows,
          .format = traits_of(weights_.matrix(which, 0).format).inputs};
}

ProductOutput CardLayers::output_of(LlmMatrix which, std::uint32_t layer, std::uint32_t rows) const {
  const bool scales = product(which, rows).leaves_scales();
  return {.values = buffers_.product.as<std::uint16_t>(),
          .token_scales = scales ? input_of(which).scales : nullptr,
          .channel_scales = scales ? weights_.matrix(which, layer).scales.as<float>() : nullptr};
}

void CardLayers::multiply(LlmMatrix which, std::uint32_t layer, const PassShape& pass) const {
  const std::uint32_t rows = which == LlmMatrix::head ? pass.outputs : pass.rows;
  product(which, rows).run(operands_of(which, layer), rows, stream_);
}

void CardLayers::normalise(std::uint32_t norm, const ProductOutput& delta, LlmMatrix next,
                           const PassShape& pass) const {
  const bool head = next == LlmMatrix::head;
  launch_norm(stream_, {.hidden = buffers_.hidden.as<float>(),
                        .delta = delta,
                        .outputs = head ? at<OutputEntry>(layout_.outputs_at) : nullptr,
                        .gain = weights_.gain(norm),
                        .input = input_of(next),
                        .epsilon = static_cast<float>(shape_.norm_epsilon),
                        .row_count = head ? pass.outputs : pass.rows,
                        .size = shape_.hidden});
}

void CardLayers::attend(std::uint32_t layer, const PassShape& pass) const {
  const auto* const rows = at<StepRow>(layout_.rows_at);
  const auto* const pages = at<std::uint32_t>(layout_.pages_at);
  auto* const queries = buffers_.queries.as<std::uint16_t>();
  auto* const attended = buffers_.attended.as<std::uint16_t>();
  const CacheView cache = cache_of(layer);
  const bool plain = options_.plain_attention != 0 || shape_.heads / shape_.kv_heads > kMostGroup;
  SplitParts parts;
  if (plain) {
    launch_plain_attention(stream_, {rows, pages, queries, cache, attended, pass.rows, shape_.heads});
  } else if (pass.decodes > 0) {
    parts = {buffers_.parts.as<float>(), buffers_.part_sums.as<float>(), splits_of(pass)};
    launch_decode_attention(
        stream_, {at<DecodeEntry>(layout_.decodes_at), pages, queries, cache, parts, pass.decodes, shape_.heads});
  }
  if (!plain && pass.tiles > 0) {
    launch_prompt_attention(
        stream_, {at<PromptTile>(layout_.tiles_at), pages, queries, cache, attended, pass.tiles, shape_.heads});
  }
  launch_finish_attention(stream_, {.rows = rows,
                                    .parts = parts,
                                    .attended = attended,
                                    .input = input_of(LlmMatrix::o),
                                    .row_count = pass.rows,
                                    .heads = shape_.heads,
                                    .kv_heads = shape_.kv_heads,
                                    .dim = shape_.head_dim});
}

void CardLayers::reduce(const PassShape& pass) const {
  if (options_.tp_shard > 1) {
    launch_all_reduce_stand_in(stream_, {.values = buffers_.product.as<std::uint16_t>(),
                                         .peers = buffers_.peers.as<std::uint16_t>(),
                                         .count = std::uint64_t{pass.rows} * shape_.hidden,
                                         .ranks = options_.tp_shard});
  }
}

void CardLayers::run_body(const PassShape& pass, const StageObserver& observer) const {
  launch_embed(stream_, {.rows = at<StepRow>(layout_.rows_at),
                         .chosen_before = buffers_.chosen_before.as<std::uint32_t>(),
                         .table = weights_.matrix(LlmMatrix::embedding, 0).values.as<std::uint16_t>(),
                         .hidden = buffers_.hidden.as<float>(),
                         .tokens = buffers_.tokens.as<std::uint32_t>(),
                         .row_count = pass.rows,
                         .size = shape_.hidden,
                         .vocabulary = shape_.vocabulary});
  ProductOutput delta;
  for (std::uint32_t layer = 0; layer < shape_.layers; ++layer) {
    const std::uint32_t held = layer % weights_.held_layers();
    normalise(2 * held, delta, LlmMatrix::qkv, pass);
    observe(observer, PassStage::attention_norm, layer);
    multiply(LlmMatrix::qkv, layer, pass);
    observe(observer, PassStage::qkv, layer);
    launch_rotate(stream_, {.rows = at<StepRow>(layout_.rows_at),
                            .pages = at<std::uint32_t>(layout_.pages_at),
                            .qkv = output_of(LlmMatrix::qkv, layer, pass.rows),
                            .cosines = buffers_.cosines.as<float>(),
                            .sines = buffers_.sines.as<float>(),
                            .queries = buffers_.queries.as<std::uint16_t>(),
                            .cache = cache_of(layer),
                            .row_count = pass.rows,
                            .heads = shape_.heads});
    observe(observer, PassStage::rotate, layer);
    attend(layer, pass);
    observe(observer, PassStage::attention, layer);
    multiply(LlmMatrix::o, layer, pass);
    observe(observer, PassStage::o, layer);
    reduce(pass);
    normalise(2 * held + 1, output_of(LlmMatrix::o, layer, pass.rows), LlmMatrix::gate_up, pass);
    observe(observer, PassStage::feed_forward_norm, layer);
    multiply(LlmMatrix::gate_up, layer, pass);
    observe(observer, PassStage::gate_up, layer);
    launch_gate(stream_, {.pairs = output_of(LlmMatrix::gate_up, layer, pass.rows),
                          .input = input_of(LlmMatrix::down),
                          .row_count = pass.rows,
                          .size = shape_.ffn});
    observe(observer, PassStage::gate, layer);
    multiply(LlmMatrix::down, layer, pass);
    observe(observer, PassStage::down, layer);
    reduce(pass);
    delta = output_of(LlmMatrix::down, layer, pass.rows);
  }
}

void CardLayers::run_head(const PassShape& pass, const StageObserver& observer) const {
  normalise(2 * weights_.held_layers(), output_of(LlmMatrix::down, shape_.layers - 1, pass.rows), LlmMatrix::head,
            pass);
  observe(observer, PassStage::head_norm, 0);
  multiply(LlmMatrix::head, 0, pass);
  observe(observer, PassStage::head, 0);
  launch_choose(stream_, {.logits = buffers_.logits.as<float>(),
                          .outputs = at<OutputEntry>(layout_.outputs_at),
                          .tokens = buffers_.tokens.as<std::uint32_t>(),
                          .chosen = buffers_.chosen.as<std::uint32_t>(),
                          .output_count = pass.outputs,
                          .vocabulary = shape_.vocabulary,
                          .temperature = options_.temperature,
                          .top_k = options_.top_k,
                          .seed = options_.sampling_seed});
}

}  // namespace assay::cuda
