#include "kernels/llm/llama_decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "harness/random_bits.hpp"
#include "harness/thread_affinity.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/llm/kv_cache.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/working_set.hpp"

namespace assay {
namespace {

const LlamaShape& shape_named(const std::string& preset) {
  const LlamaShape* const shape = find_llama_shape(preset);
  if (shape == nullptr) {
    throw std::invalid_argument(fmt::format("llama_decode: there is no preset {}", preset));
  }
  return *shape;
}

std::uint32_t pages_of(std::uint32_t context) { return (context + kPageTokens - 1) / kPageTokens; }

}  // namespace

LlamaDecode::LlamaDecode(const Settings& settings)
    : settings_(settings), shape_(shape_named(settings.preset)), allowed_cpus_(cpus_of_this_thread()) {
  if (settings.context < 1 || settings.context > shape_.context) {
    throw std::invalid_argument(fmt::format("llama_decode: context={} is not accepted; {} has a context of {}",
                                            settings.context, settings.preset, shape_.context));
  }
  if (settings.threads > 1 && settings.threads > allowed_cpus_.size()) {
    throw std::invalid_argument(fmt::format("llama_decode: threads={} is not accepted; this process may use {} CPUs",
                                            settings.threads, allowed_cpus_.size()));
  }
  plan_ = LlamaDecoder::plan(options(0));
  settings_.held = plan_.held_layers;
  identity_ = {.name = "llama_decode",
               .version = 1,
               .parameters = {{"preset", settings_.preset},
                              {"weights", std::string(name_of(settings_.weights))},
                              {"kv", std::string(name_of(settings_.kv))},
                              {"batch", std::to_string(settings_.batch)},
                              {"context", std::to_string(settings_.context)},
                              {"threads", std::to_string(settings_.threads)},
                              {"held", std::to_string(settings_.held)}},
               .facts = cache_facts(traffic(), memory_limits_here())};
  identity_.facts["layers"] = settings_.held == shape_.layers
                                  ? fmt::format("{}, each with its own weights", shape_.layers)
                                  : fmt::format("weights aliased x({}/{})", shape_.layers, settings_.held);
  identity_.facts["parameters"] = std::to_string(shape_.parameters());
  if (settings_.threads > 1) {
    identity_.facts["threads"] =
        fmt::format("{} of one worker, on the CPUs that the process may use", settings_.threads);
  }
  if (!has_reference()) {
    identity_.facts["reference"] = "random outputs of each product and rows of attention; a whole pass is too large";
  }
}

DecoderOptions LlamaDecode::options(std::uint64_t seed) const {
  DecoderOptions options{.shape = shape_,
                         .formats = {.weights = settings_.weights, .head = settings_.weights, .kv = settings_.kv},
                         .held_layers = settings_.held,
                         .page_count = std::max(4U, settings_.batch * pages_of(settings_.context)),
                         .most_tokens = std::max(8U, settings_.batch),
                         .most_outputs = std::max(2U, settings_.batch),
                         .seed = seed};
  if (settings_.threads > 1) {
    // The worker stays where it is; the others take the CPUs that it does not.
    const std::vector<int> own = cpus_of_this_thread();
    options.cpus.push_back(own.empty() ? allowed_cpus_.front() : own.front());
    for (const int cpu : allowed_cpus_) {
      if (options.cpus.size() < settings_.threads && cpu != options.cpus.front()) {
        options.cpus.push_back(cpu);
      }
    }
  }
  return options;
}

Flops LlamaDecode::work() const {
  return (shape_.layers_work() + shape_.attention_work(settings_.context) + shape_.head_work()) * settings_.batch;
}

Bytes LlamaDecode::traffic() const {
  const Bytes page = KvCache::bytes(shape_, settings_.kv, 1);
  const Bytes of_sequence{page.count / kPageTokens * (settings_.context + std::uint64_t{1}) + shape_.hidden * 2};
  return shape_.streamed_bytes({.weights = settings_.weights, .head = settings_.weights, .kv = settings_.kv}) +
         of_sequence * settings_.batch;
}

bool LlamaDecode::has_reference() const {
  return shape_.parameters() <= LlamaDecoder::kLargestVerified && settings_.weights == WeightFormat::bf16;
}

double LlamaDecode::output_scale() const { return 0.02 * std::sqrt(static_cast<double>(shape_.hidden)); }

void LlamaDecode::fill_cache() {
  const std::size_t pages = pages_of(settings_.context);
  for (std::size_t sequence = 0; sequence < settings_.batch; ++sequence) {
    decoder_->fill_cache(std::span(pages_).subspan(sequence * pages, pages), settings_.context, seed_ + sequence);
  }
}

void LlamaDecode::prepare(std::uint64_t seed) {
  seed_ = seed;
  decoder_.reset();
  decoder_ = std::make_unique<LlamaDecoder>(options(seed));
  const std::size_t pages = pages_of(settings_.context);
  pages_.resize(settings_.batch * pages);
  std::iota(pages_.begin(), pages_.end(), 0U);
  tokens_.resize(std::size_t{kSamples} * settings_.batch);
  RandomBits random(seed);
  std::ranges::generate(tokens_, [&] { return static_cast<std::uint32_t>(random.below(shape_.vocabulary)); });
  next_.assign(settings_.batch, 0);
  sequences_.resize(settings_.batch);
  fill_cache();
  const std::uint32_t first = 0;
  run({&first, 1});
}

void LlamaDecode::run(std::span<const std::uint32_t> samples) noexcept {
  const std::size_t pages = pages_of(settings_.context);
  for (std::size_t sequence = 0; sequence < settings_.batch; ++sequence) {
    sequences_[sequence] = {
        .tokens = std::span(tokens_).subspan(std::size_t{samples[0]} * settings_.batch + sequence, 1),
        .position = settings_.context - 1,
        .pages = std::span(pages_).subspan(sequence * pages, pages),
        .wants_token = true};
  }
  decoder_->step({.sequences = sequences_, .next_tokens = next_});
}

float LlamaDecode::logit(std::size_t index) const noexcept {
  return decoder_->logits(index / shape_.vocabulary)[index % shape_.vocabulary];
}

Kernel::Probe LlamaDecode::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = logit(probe_position(i, settings_.batch * shape_.vocabulary));
  }
  return found;
}

std::vector<double> LlamaDecode::reference(std::uint32_t sample) const {
  std::vector<double> logits;
  const std::size_t pages = pages_of(settings_.context);
  for (std::size_t sequence = 0; sequence < settings_.batch; ++sequence) {
    const std::vector<double> expected =
        decoder_->reference_logits(std::span(pages_).subspan(sequence * pages, pages), settings_.context - 1,
                                   tokens_[std::size_t{sample} * settings_.batch + sequence]);
    logits.insert(logits.end(), expected.begin(), expected.end());
  }
  return logits;
}

Kernel::Probe LlamaDecode::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  if (!has_reference()) {
    return expected;
  }
  const std::vector<double> logits = reference(sample);
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] = static_cast<float>(logits[probe_position(i, logits.size())]);
  }
  return expected;
}

// The reference takes the context as the cache holds it, so that only the last token's key and value are rounded, to
// 2^-9: where it sees itself alone, an error of 0.1 % of what attention adds, and four times that in the worst of a
// thousand logits. Twice that is allowed. (The sums in float err by 1e-6.)
OutputCheck LlamaDecode::verify() {
  if (!has_reference()) {
    const OutputCheck check = decoder_->spot_check(seed_);
    fill_cache();
    const std::uint32_t first = 0;
    run({&first, 1});
    return check;
  }
  const std::uint32_t sample = 0;
  run({&sample, 1});
  const std::vector<double> expected = reference(sample);
  OutputComparison comparison(tolerance(), output_scale());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    comparison.compare(sample, i, static_cast<long double>(expected[i]), static_cast<long double>(logit(i)));
  }
  return comparison.result();
}

std::unique_ptr<Kernel> make_llama_decode(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("llama_decode"), parameters);
  std::vector<std::string> presets;
  for (const LlamaShape& shape : llama_shapes()) {
    presets.emplace_back(shape.name);
  }
  LlamaDecode::Settings settings;
  settings.preset = given.choice("preset", presets);
  const std::string weights = given.choice("weights", {"int8", "bf16", "int4"});
  settings.kv = given.choice("kv", {"bf16", "int8"}) == "int8" ? KvFormat::int8 : KvFormat::bf16;
  const LlamaShape* const shape = find_llama_shape(settings.preset);
  settings.batch = static_cast<std::uint32_t>(given.integer("batch", {1, LlamaDecode::kMostBatch}));
  settings.context = static_cast<std::uint32_t>(given.integer("context", {1, shape == nullptr ? 1 : shape->context}));
  settings.threads = static_cast<std::uint32_t>(given.integer("threads", {1, LlamaDecode::kMostThreads}));
  settings.held = static_cast<std::uint32_t>(given.integer_or_auto("held", {1, shape == nullptr ? 1 : shape->layers}));
  given.throw_if_bad();
  settings.weights =
      weights == "bf16" ? WeightFormat::bf16 : (weights == "int4" ? WeightFormat::int4 : WeightFormat::int8);
  return std::make_unique<LlamaDecode>(settings);
}

}  // namespace assay
