#include "kernels/llm/llama_decoder.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "harness/file_source.hpp"
#include "harness/machine_facts.hpp"
#include "harness/quantity.hpp"
#include "kernels/llm/decoder_checks.hpp"
#include "kernels/llm/decoder_engine.hpp"
#include "kernels/llm/reference_decoder.hpp"
#include "kernels/simd_target.hpp"

namespace assay {
namespace {

constexpr std::uint32_t kFewestHeld = 8;
constexpr std::uint32_t kMostTokens = 2048;

void require(std::vector<std::string>& problems, bool good, const std::string& problem) {
  if (!good) {
    problems.push_back(problem);
  }
}

void check(const DecoderOptions& options) {
  const LlamaShape& shape = options.shape;
  std::vector<std::string> problems;
  require(problems, shape.layers > 0 && shape.vocabulary > 0, "shape: it has no layers or no vocabulary");
  for (const std::uint64_t size : {shape.hidden, shape.heads * shape.head_dim, shape.ffn}) {
    require(problems, size > 0 && size % kWeightGroup == 0,
            fmt::format("shape: a row of {} weights; a multiple of {} is needed", size, kWeightGroup));
  }
  require(problems, shape.head_dim % 64 == 0 && shape.head_dim > 0 && shape.head_dim <= kWeightGroup,
          fmt::format("shape: heads of {} elements; 64 or 128 are accepted", shape.head_dim));
  require(problems, shape.kv_heads > 0 && shape.heads % std::max<std::uint64_t>(shape.kv_heads, 1) == 0,
          "shape: the heads are no multiple of the heads of the cache");
  require(problems, shape.vocabulary % 4 == 0, "shape: the vocabulary is no multiple of 4");
  for (const WeightFormat format : {options.formats.weights, options.formats.head}) {
    require(problems, format != WeightFormat::fp8,
            "weights in fp8: no CPU multiplies them, they exist on GPUs and in arithmetic only; take int8");
  }
  require(problems, options.formats.kv != KvFormat::fp8,
          "a cache in fp8: no CPU multiplies it, it exists on GPUs and in arithmetic only; take int8");
  require(problems, options.held_layers <= shape.layers,
          fmt::format("held layers: {} of {}", options.held_layers, shape.layers));
  require(problems, options.page_count > 0, "no pages for the cache");
  require(problems, options.most_tokens > 0 && options.most_tokens <= kMostTokens,
          fmt::format("most tokens of a pass: {}; 1 to {} are accepted", options.most_tokens, kMostTokens));
  require(problems, options.most_outputs > 0 && options.most_outputs <= options.most_tokens,
          fmt::format("most outputs: {}; 1 to the most tokens of a pass, {}, are accepted", options.most_outputs,
                      options.most_tokens));
  require(problems, options.sampling.temperature >= 0,
          fmt::format("temperature: {}; 0 or more is accepted", options.sampling.temperature));
  require(problems, options.sampling.top_k > 0 && options.sampling.top_k <= kLargestTopK,
          fmt::format("top_k: {}; 1 to {} are accepted", options.sampling.top_k, kLargestTopK));
  if (!problems.empty()) {
    throw std::invalid_argument(fmt::format("llama decoder: {}", fmt::join(problems, "; ")));
  }
}

DecoderMemory memory_of(const DecoderOptions& options, std::uint32_t held_layers) {
  return {.weights = DecoderWeights::bytes(options.shape, options.formats, held_layers),
          .embedding = DecoderWeights::embedding_bytes(options.shape),
          .cache = KvCache::bytes(options.shape, options.formats.kv, options.page_count),
          .buffers = DecoderEngine::buffer_bytes(options)};
}

std::optional<Bytes> memory_allowed(const DecoderOptions& options) {
  if (options.memory.count != 0) {
    return options.memory;
  }
  const std::optional<Bytes> available = read_memory_available(SystemFiles());
  return available ? std::optional(Bytes{available->count / 10 * 9}) : std::nullopt;
}

DecoderOptions completed(const DecoderOptions& options) {
  DecoderOptions complete = options;
  complete.held_layers = LlamaDecoder::plan(options).held_layers;
  return complete;
}

}  // namespace

class LlamaDecoder::State {
 public:
  explicit State(const DecoderOptions& options) : engine(completed(options)) {}
  DecoderEngine engine;
  std::unique_ptr<ReferenceDecoder> reference;  ///< made when it is first asked for
};

LlamaDecoder::LlamaDecoder(const DecoderOptions& options) : state_(std::make_unique<State>(options)) {}

LlamaDecoder::~LlamaDecoder() = default;

LlamaDecoder::Plan LlamaDecoder::plan(const DecoderOptions& options) {
  check(options);
  const auto layers = static_cast<std::uint32_t>(options.shape.layers);
  const std::optional<Bytes> allowed = memory_allowed(options);
  std::uint32_t held = options.held_layers == 0 ? layers : options.held_layers;
  if (options.held_layers == 0 && allowed) {
    while (held > std::min(layers, kFewestHeld) && memory_of(options, held).total() > *allowed) {
      --held;
    }
  }
  const DecoderMemory memory = memory_of(options, held);
  if (allowed && memory.total() > *allowed) {
    throw std::invalid_argument(fmt::format(
        "llama decoder: {} with the weights of {} layers, its cache and buffers takes {}, and {} are there; take fewer "
        "pages, weights of fewer bits or a smaller shape",
        options.shape.name, held, size_text(memory.total()), size_text(*allowed)));
  }
  return {.held_layers = held, .memory = memory};
}

std::string LlamaDecoder::problem_of(const DecoderStep& step) const {
  const DecoderOptions& options = state_->engine.options();
  if (step.sequences.size() > options.most_outputs || step.next_tokens.size() < step.sequences.size()) {
    return fmt::format("{} sequences, room for {} next tokens; at most {} are accepted", step.sequences.size(),
                       step.next_tokens.size(), options.most_outputs);
  }
  for (std::size_t s = 0; s < step.sequences.size(); ++s) {
    const SequenceStep& sequence = step.sequences[s];
    const std::uint64_t end = std::uint64_t{sequence.position} + sequence.tokens.size();
    if (sequence.tokens.empty() || end > options.shape.context) {
      return fmt::format("sequence {}: tokens {} to {} of a context of {}", s, sequence.position, end,
                         options.shape.context);
    }
    if (sequence.pages.size() * kPageTokens < end) {
      return fmt::format("sequence {}: {} pages for {} tokens", s, sequence.pages.size(), end);
    }
    const auto page = std::ranges::max_element(sequence.pages);
    const auto token = std::ranges::max_element(sequence.tokens);
    if (*page >= options.page_count || *token >= options.shape.vocabulary) {
      return fmt::format("sequence {}: page {} of {}, token {} of {}", s, *page, options.page_count, *token,
                         options.shape.vocabulary);
    }
  }
  return {};
}

void LlamaDecoder::step(const DecoderStep& step) noexcept {
  const DecoderOptions& options = state_->engine.options();
  bool sound = step.sequences.size() <= options.most_outputs && step.next_tokens.size() >= step.sequences.size();
  for (const SequenceStep& sequence : step.sequences) {
    const std::uint64_t end = std::uint64_t{sequence.position} + sequence.tokens.size();
    sound = sound && !sequence.tokens.empty() && end <= options.shape.context &&
            sequence.pages.size() * kPageTokens >= end &&
            std::ranges::all_of(sequence.pages, [&](std::uint32_t page) { return page < options.page_count; }) &&
            std::ranges::all_of(sequence.tokens, [&](std::uint32_t token) { return token < options.shape.vocabulary; });
  }
  if (!sound) {
    std::abort();  // the caller broke what problem_of() checks, and memory would be overrun
  }
  state_->engine.step(step);
}

std::span<const float> LlamaDecoder::logits(std::size_t sequence) const { return state_->engine.logits(sequence); }

const LlamaShape& LlamaDecoder::shape() const { return state_->engine.options().shape; }
const DecoderFormats& LlamaDecoder::formats() const { return state_->engine.options().formats; }
std::uint32_t LlamaDecoder::held_layers() const { return state_->engine.options().held_layers; }
std::size_t LlamaDecoder::threads() const { return state_->engine.threads(); }
DecoderMemory LlamaDecoder::memory() const { return memory_of(state_->engine.options(), held_layers()); }
std::uint64_t LlamaDecoder::weights_checksum() const { return state_->engine.weights().checksum(); }

std::map<std::string, std::string> LlamaDecoder::facts() const {
  const DecoderOptions& options = state_->engine.options();
  const std::uint64_t layers = options.shape.layers;
  const bool quantised = options.formats.weights != WeightFormat::bf16;
  return {{"weights seed", std::to_string(options.seed)},
          {"weights checksum", fmt::format("{:016x}", weights_checksum())},
          {"weights", held_layers() == layers ? fmt::format("seeded, each of {} layers its own", layers)
                                              : fmt::format("weights aliased x({}/{})", layers, held_layers())},
          {"activations", quantised ? "8 bits, one scale a token and product" : "f32"},
          {"products", "own loops for prompts and answers alike"},
          {"memory", size_text(memory().total())},
          {"simd", simd_target()},
          {"threads", std::to_string(threads())}};
}

OutputCheck LlamaDecoder::verify() {
  return shape().parameters() <= kLargestVerified ? check_forward(state_->engine) : spot_check(1);
}

OutputCheck LlamaDecoder::spot_check(std::uint64_t seed) { return check_spots(state_->engine, seed); }

std::vector<double> LlamaDecoder::reference_logits(std::span<const std::uint32_t> pages, std::uint32_t before,
                                                   std::uint32_t token) const {
  if (shape().parameters() > kLargestVerified) {
    throw std::invalid_argument("llama decoder: the shape is too large for a reference in double");
  }
  if (!state_->reference) {
    state_->reference = std::make_unique<ReferenceDecoder>(shape(), state_->engine.weights());
  }
  state_->reference->clear();
  state_->reference->adopt(state_->engine.cache(), pages, before);
  return state_->reference->append(token);
}

void LlamaDecoder::fill_cache(std::span<const std::uint32_t> pages, std::uint32_t tokens, std::uint64_t seed) {
  // The size that products of normed inputs and such weights have.
  const double unit = 0.02 * std::sqrt(static_cast<double>(shape().hidden)) / kLevelDeviation;
  state_->engine.cache().fill({.pages = pages, .tokens = tokens, .seed = seed, .unit = unit});
}

}  // namespace assay
