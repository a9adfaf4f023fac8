#include "kernels/cuda/llm/memory_plan.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "kernels/cuda/llm/matrix_format.hpp"

namespace assay::cuda {
namespace {

constexpr std::uint32_t kFewestHeld = 8;
constexpr std::uint32_t kMostTokens = 16'384;
constexpr std::uint32_t kMostOutputs = 4096;

class Problems {
 public:
  void require(bool good, const std::string& problem) {
    if (!good) {
      text_ += (text_.empty() ? "" : "; ") + problem;
    }
  }
  void raise() const {
    if (!text_.empty()) {
      throw std::invalid_argument("llama decoder on the card: " + text_);
    }
  }

 private:
  std::string text_;
};

std::string gigabytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f GB", static_cast<double>(bytes) * 1e-9);
  return text;
}

void check_shape(Problems& problems, const AssayLlmShape& whole, std::uint32_t ranks, const FormatTraits& format) {
  problems.require(whole.layers > 0 && whole.vocabulary > 0 && whole.heads > 0 && whole.kv_heads > 0 && whole.ffn > 0,
                   "shape: it has no layers, heads, feed-forward part or vocabulary");
  const bool divides = ranks > 0 && whole.kv_heads % ranks == 0 && whole.heads % ranks == 0 && whole.ffn % ranks == 0 &&
                       whole.vocabulary % ranks == 0;
  problems.require(divides, "--tp-shard " + std::to_string(ranks) + ": " + std::to_string(whole.kv_heads) +
                                " heads of the cache, " + std::to_string(whole.ffn) + " and " +
                                std::to_string(whole.vocabulary) + " must divide by it");
  if (!divides) {
    return;
  }
  const AssayLlmShape shape = rank_shape(whole, ranks);
  problems.require(shape.head_dim == 64 || shape.head_dim == 128,
                   "shape: heads of " + std::to_string(shape.head_dim) + " elements; 64 and 128 are accepted");
  problems.require(shape.heads % std::max(shape.kv_heads, 1U) == 0, "shape: the heads are no multiple of the cache's");
  problems.require(shape.heads * shape.head_dim <= kMostQuerySize,
                   "shape: queries of more than " + std::to_string(kMostQuerySize) + " elements");
  const std::uint32_t step = format.columns_step();
  for (const std::uint32_t size : {shape.hidden, shape.heads * shape.head_dim, shape.ffn}) {
    problems.require(size % step == 0, "shape: a size of " + std::to_string(size) + "; a multiple of " +
                                           std::to_string(step) + " is needed for weights in " + format.name);
  }
  problems.require(shape.vocabulary % 16 == 0, "shape: a vocabulary of " + std::to_string(shape.vocabulary) +
                                                   " tokens; a multiple of 16 is needed");
}

std::uint64_t matrix_bytes(const AssayLlmShape& shape, std::uint32_t which, const FormatTraits& format) {
  const MatrixSize size = matrix_size(shape, which);
  return format.matrix_bytes(size.rows, size.columns);
}

void name_plan(const AssayLlmOptions& options, AssayLlmPlan& plan) {
  const bool aliased = plan.held_layers < options.shape.layers;
  const FormatTraits& format = format_of(options.weights);
  std::string label;
  if (options.tp_shard > 1) {
    label = "one rank of TP" + std::to_string(options.tp_shard) + ", communication emulated by a local kernel";
  }
  if (aliased) {
    label += (label.empty() ? "" : "; ") + std::string("weights aliased x(") + std::to_string(options.shape.layers) +
             "/" + std::to_string(plan.held_layers) + ")";
  }
  if (label.empty()) {
    label = "full";
  }
  if (*format.label != '\0') {
    label += std::string(", ") + format.label;
  }
  plan.letter = aliased ? 'E' : options.tp_shard > 1 ? 'D' : format.plan_letter;
  std::snprintf(plan.label, sizeof plan.label, "%s", label.c_str());
}

}  // namespace

void check_options(const AssayLlmOptions& options, std::uint32_t capability) {
  Problems problems;
  problems.require(capability >= 80, "compute capability " + std::to_string(capability) + "; 80 or more is needed");
  const FormatTraits& format = format_of(options.weights);
  problems.require(find_format(options.weights) != nullptr, "weights: bf16, fp8 and int4 are accepted");
  problems.require(options.kv == ASSAY_LLM_BF16 || options.kv == ASSAY_LLM_F8, "--kv-dtype: bf16 and fp8 are accepted");
  problems.require(capability < 80 || capability >= format.least_capability,
                   std::string("weights in ") + format.name + ": matrix units of compute capability " +
                       std::to_string(format.least_capability) + " or more multiply them; take bf16 or int4");
  problems.require(options.held_layers <= options.shape.layers, "held layers: more than the layers");
  problems.require(options.page_count > 0, "no pages for the cache");
  problems.require(options.most_tokens > 0 && options.most_tokens <= kMostTokens,
                   "most tokens of a pass: 1 to " + std::to_string(kMostTokens) + " are accepted");
  problems.require(
      options.most_outputs > 0 && options.most_outputs <= std::min(options.most_tokens, kMostOutputs),
      "most outputs: 1 to the most tokens of a pass, " + std::to_string(options.most_tokens) + ", are accepted");
  problems.require(options.temperature >= 0.0F, "temperature: 0 or more is accepted");
  problems.require(options.top_k > 0 && options.top_k <= kMostTopK,
                   "top_k: 1 to " + std::to_string(kMostTopK) + " are accepted");
  check_shape(problems, options.shape, options.tp_shard, format);
  problems.raise();
}

AssayLlmShape rank_shape(const AssayLlmShape& whole, std::uint32_t ranks) {
  AssayLlmShape shape = whole;
  shape.heads /= ranks;
  shape.kv_heads /= ranks;
  shape.ffn /= ranks;
  shape.vocabulary /= ranks;
  return shape;
}

MatrixSize matrix_size(const AssayLlmShape& shape, std::uint32_t which) {
  const std::uint32_t query = shape.heads * shape.head_dim;
  switch (which) {
    case 0:
      return {query + 2 * shape.kv_heads * shape.head_dim, shape.hidden};
    case 1:
      return {shape.hidden, query};
    case 2:
      return {2 * shape.ffn, shape.hidden};
    case 3:
      return {shape.hidden, shape.ffn};
    default:
      return {shape.vocabulary, shape.hidden};
  }
}

std::uint64_t layer_bytes(const AssayLlmShape& shape, std::int32_t weights) {
  std::uint64_t sum = 2 * std::uint64_t{shape.hidden} * sizeof(float);
  for (std::uint32_t which = 0; which < 4; ++which) {
    sum += matrix_bytes(shape, which, format_of(weights));
  }
  return sum;
}

std::uint64_t table_bytes(const AssayLlmShape& shape) {
  const std::uint64_t table = matrix_bytes(shape, 4, traits_of(MatrixFormat::bf16));
  return (shape.tied != 0 ? table : 2 * table) + std::uint64_t{shape.hidden} * sizeof(float) +
         std::uint64_t{shape.context} * shape.head_dim * sizeof(float);
}

std::uint64_t page_bytes(const AssayLlmShape& shape, std::int32_t kv) {
  const std::uint64_t elements = 2 * std::uint64_t{shape.kv_heads} * shape.head_dim * ASSAY_LLM_PAGE_TOKENS;
  return shape.layers * elements * (kv == ASSAY_LLM_F8 ? 1 : 2);
}

AssayLlmPlan choose_memory_plan(const AssayLlmOptions& options, const MemoryThere& there) {
  const AssayLlmShape shape = rank_shape(options.shape, options.tp_shard);
  const std::uint64_t of_layer = layer_bytes(shape, options.weights);
  // One page more than asked for: where the padding of a bucket writes.
  const std::uint64_t cache = (std::uint64_t{options.page_count} + 1) * page_bytes(shape, options.kv);
  const std::uint64_t fixed = table_bytes(shape) + cache + there.buffer_bytes;
  const std::uint32_t fewest = options.held_layers > 0 ? options.held_layers : std::min(shape.layers, kFewestHeld);
  std::uint32_t held = options.held_layers > 0 ? options.held_layers : shape.layers;
  if (options.held_layers == 0 && there.bytes > fixed) {
    held =
        static_cast<std::uint32_t>(std::clamp<std::uint64_t>((there.bytes - fixed) / of_layer, fewest, shape.layers));
  }
  AssayLlmPlan plan{};
  plan.held_layers = held;
  plan.weight_bytes = held * of_layer + table_bytes(shape);
  plan.cache_bytes = cache;
  plan.buffer_bytes = there.buffer_bytes;
  if (held * of_layer + fixed > there.bytes) {
    const std::uint64_t beside = fixed - cache + fewest * of_layer;
    const std::uint64_t tokens =
        there.bytes > beside ? (there.bytes - beside) / page_bytes(shape, options.kv) * ASSAY_LLM_PAGE_TOKENS : 0;
    throw std::invalid_argument("llama decoder on the card: the weights of " + std::to_string(held) + " layers take " +
                                gigabytes(plan.weight_bytes) + ", the cache " + gigabytes(cache) + ", buffers " +
                                gigabytes(there.buffer_bytes) + ", and " + gigabytes(there.bytes) +
                                " are there; with " + std::to_string(fewest) + " layers " + std::to_string(tokens) +
                                " tokens of cache fit (--kv-tokens), more with --kv-dtype fp8 or --tp-shard");
  }
  name_plan(options, plan);
  return plan;
}

}  // namespace assay::cuda
