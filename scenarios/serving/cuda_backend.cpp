#include "scenarios/serving/cuda_backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "kernels/gpu/gpu_catalogue.hpp"

namespace assay {

namespace {

constexpr std::size_t kLongestFailure = ASSAY_GPU_MESSAGE_BYTES;

const AssayLlmTable* table_of(const GpuDevice& device) {
  const auto* const table =
      static_cast<const AssayLlmTable*>(device.plugin.table().extension("llama", ASSAY_LLM_INTERFACE_VERSION));
  if (table == nullptr || table->table_bytes != sizeof(AssayLlmTable)) {
    throw std::runtime_error(fmt::format("{}: it has no decoder of version {}; build it with this program",
                                         device.plugin.path(), ASSAY_LLM_INTERFACE_VERSION));
  }
  return table;
}

void require(const AssayGpuStatus& status) {
  const std::string message(static_cast<const char*>(status.message));
  if (status.code == ASSAY_GPU_BAD_ARGUMENT) {
    throw std::invalid_argument(message);
  }
  if (status.code != ASSAY_GPU_OK) {
    throw std::runtime_error(message);
  }
}

std::uint32_t small(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

AssayLlmShape library_shape(const LlamaShape& shape) {
  return {.layers = small(shape.layers),
          .hidden = small(shape.hidden),
          .heads = small(shape.heads),
          .kv_heads = small(shape.kv_heads),
          .head_dim = small(shape.head_dim),
          .ffn = small(shape.ffn),
          .vocabulary = small(shape.vocabulary),
          .context = small(shape.context),
          .tied = shape.tied ? 1 : 0,
          .rope_theta = shape.rope_theta,
          .norm_epsilon = shape.norm_epsilon};
}

std::optional<AssayLlmFormat> library_format(WeightFormat weights) {
  switch (weights) {
    case WeightFormat::bf16:
      return ASSAY_LLM_BF16;
    case WeightFormat::fp8:
      return ASSAY_LLM_F8;
    case WeightFormat::int4:
      return ASSAY_LLM_INT4;
    case WeightFormat::int8:
      break;
  }
  return std::nullopt;
}

/// The best of some stretches, each a share of the budget; per second of the card's own clock.
double best_rate(GpuKernel& kernel, double step_amount, Nanoseconds budget, const std::stop_token& stop) {
  constexpr int kStretches = 4;
  kernel.prepare(1);
  const GpuStretch first = kernel.timed_repeat(1);
  const double wanted = seconds(budget) / kStretches / std::max(first.device_s, 1e-7);
  const auto steps = static_cast<std::uint64_t>(std::clamp(wanted, 1.0, 1e6));
  double best = 0.0;
  for (int i = 0; i < kStretches && !stop.stop_requested(); ++i) {
    const GpuStretch stretch = kernel.timed_repeat(steps);
    best = std::max(best, step_amount * static_cast<double>(stretch.steps) / std::max(stretch.device_s, 1e-9));
  }
  return best;
}

}  // namespace

AssayLlmOptions library_options(const CudaDecoderOptions& options) {
  const DecoderOptions& decoder = options.decoder;
  const std::optional<AssayLlmFormat> weights = library_format(decoder.formats.weights);
  if (!weights || decoder.formats.kv == KvFormat::int8) {
    throw std::invalid_argument(fmt::format(
        "a decoder on a GPU: weights in {}, cache in {}; weights in bf16, fp8 and int4 are there, a cache in "
        "bf16 and fp8",
        name_of(decoder.formats.weights), name_of(decoder.formats.kv)));
  }
  return {.shape = library_shape(decoder.shape),
          .weights = *weights,
          .kv = decoder.formats.kv == KvFormat::fp8 ? ASSAY_LLM_F8 : ASSAY_LLM_BF16,
          .held_layers = decoder.held_layers,
          .tp_shard = options.tp_shard,
          .page_count = decoder.page_count,
          .most_tokens = decoder.most_tokens,
          .most_outputs = decoder.most_outputs,
          .graphs = options.graphs ? 1 : 0,
          .plain_attention = 0,
          .memory_bytes = decoder.memory.count,
          .seed = decoder.seed,
          .temperature = static_cast<float>(decoder.sampling.temperature),
          .top_k = decoder.sampling.top_k,
          .sampling_seed = decoder.sampling.seed};
}

LlamaShape rank_of(const LlamaShape& shape, std::uint32_t ranks) {
  LlamaShape rank = shape;
  rank.heads /= ranks;
  rank.kv_heads /= ranks;
  rank.ffn /= ranks;
  rank.vocabulary /= ranks;
  return rank;
}

CudaBackend::CudaBackend(const GpuDevice& device, const CudaDecoderOptions& options)
    : device_(device),
      options_(options),
      shape_(rank_of(options.decoder.shape, std::max(options.tp_shard, 1U))),
      table_(table_of(device)),
      llm_(nullptr, Closer{table_}),
      sequences_(options.decoder.most_outputs),
      logits_(shape_.vocabulary) {
  failure_.reserve(kLongestFailure);
  const AssayLlmOptions asked = library_options(options);
  AssayGpuStatus status{};
  AssayLlm* llm = nullptr;
  table_->open(device.index, &asked, &llm, &status);
  require(status);
  llm_.reset(llm);
  read_facts();
}

void CudaBackend::read_facts() {
  AssayGpuStatus status{};
  table_->facts(
      llm_.get(),
      [](void* context, const char* name, const char* value) {
        static_cast<std::map<std::string, std::string>*>(context)->insert_or_assign(name, value);
      },
      &facts_, &status);
  require(status);
  facts_["device"] = fmt::format("{}, {}", device_.name(), static_cast<const char*>(device_.facts.name));
  facts_["async sched"] = options_.async_sched ? "on" : "off";
  if (options_.tp_shard > 1) {
    facts_["per GPU"] =
        fmt::format("tokens a second of the {} ranks' model over {}", options_.tp_shard, options_.tp_shard);
  }
}

// The first one is kept: later ones follow from it.
void CudaBackend::note(const AssayGpuStatus& status) noexcept {
  if (status.code != ASSAY_GPU_OK && failure_.empty()) {
    failure_ = static_cast<const char*>(status.message);  // within what was reserved
  }
}

void CudaBackend::step(const DecoderStep& step) noexcept {
  submit(step.sequences);
  collect(step.next_tokens);
}

void CudaBackend::submit(std::span<const SequenceStep> sequences) noexcept {
  const std::size_t count = std::min(sequences.size(), sequences_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const SequenceStep& of = sequences[i];
    sequences_[i] = {.tokens = of.tokens.data(),
                     .token_count = small(of.tokens.size()),
                     .position = of.position,
                     .pages = of.pages.data(),
                     .page_count = small(of.pages.size()),
                     .wants_token = of.wants_token ? 1 : 0,
                     .token_from = of.token_from};
  }
  AssayGpuStatus status{};
  table_->submit(llm_.get(), sequences_.data(), small(sequences.size()), &status);
  note(status);
}

void CudaBackend::collect(std::span<std::uint32_t> next_tokens) noexcept {
  AssayGpuStatus status{};
  AssayLlmTiming timing{};
  table_->collect(llm_.get(), next_tokens.data(), small(next_tokens.size()), &timing, &status);
  note(status);
  device_time_ = std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(timing.device_s));
  for (std::uint32_t& token : next_tokens) {
    if (token >= shape_.vocabulary) {
      if (failure_.empty()) {
        failure_ = "a logit was no finite number";
      }
      token = 0;
    }
  }
}

// A logit of another batch or algorithm differs by noise of at most the whole forward pass's tolerance
// (card_checks.cpp) of the logits' size, spread over all of them; six times its share for either of the two that are
// compared.
std::string CudaBackend::beyond_rounding(std::uint32_t token) {
  AssayGpuStatus status{};
  table_->logits(llm_.get(), 0, logits_.data(), small(logits_.size()), &status);
  if (status.code != ASSAY_GPU_OK) {
    return fmt::format("whose logits are not available: {}", static_cast<const char*>(status.message));
  }
  if (token >= logits_.size()) {
    return "and the vocabulary has no such token";
  }
  const double squares =
      std::inner_product(logits_.begin(), logits_.end(), logits_.begin(), 0.0, std::plus<>(),
                         [](float a, float b) { return static_cast<double>(a) * static_cast<double>(b); });
  const bool narrow =
      options_.decoder.formats.weights == WeightFormat::fp8 || options_.decoder.formats.kv == KvFormat::fp8;
  const double allowed = 12 * (narrow ? 1e-1 : 1e-2);
  const double size = std::sqrt(squares / static_cast<double>(logits_.size()));
  const auto behind = static_cast<double>(*std::ranges::max_element(logits_) - logits_[token]);
  return behind <= allowed * size
             ? std::string()
             : fmt::format(
                   "whose largest logit is {:.3g} above that of the token, where rounding explains {:.3g}, {:.3g} "
                   "of the logits' rms",
                   behind, allowed * size, allowed);
}

ServingCeilings CudaBackend::measure_ceilings(Nanoseconds budget, const std::stop_token& stop) {
  constexpr const char* kSize = "8192";
  const std::string device = device_.name();
  const Nanoseconds share = budget / 3;
  const auto products = [&](const char* dtype) {
    const auto kernel = make_gpu_kernel(device_, "gpu_gemm", {{"device", device}, {"dtype", dtype}, {"n", kSize}});
    return best_rate(*kernel, static_cast<double>(kernel->repeat_step().work.count), share, stop);
  };
  // Beside a decoder that took nearly all of the memory: several times the second-level cache, and no more.
  const auto stream = make_gpu_kernel(device_, "gpu_stream", {{"device", device}, {"mix", "read"}, {"size", "512MiB"}});
  ServingCeilings ceilings;
  ceilings.read_bytes_per_s = best_rate(*stream, static_cast<double>(stream->repeat_step().traffic.count), share, stop);
  ceilings.attention_flops_per_s = products("bf16");
  const bool narrow = options_.decoder.formats.weights == WeightFormat::fp8;
  ceilings.products_flops_per_s = narrow ? products("f8") : ceilings.attention_flops_per_s;
  ceilings.source =
      fmt::format("measured in the warm-up on {}: gpu_gemm {} of {}, for attention bf16; gpu_stream read of 512 MiB",
                  device, narrow ? "f8" : "bf16", kSize);
  return ceilings;
}

OutputCheck CudaBackend::verify() {
  AssayGpuStatus status{};
  AssayGpuCheck check{};
  table_->verify(llm_.get(), options_.decoder.seed, &check, &status);
  require(status);
  return {.passed = check.passed != 0,
          .worst_relative_error = check.worst_relative_error,
          .tolerance = check.tolerance,
          .detail = static_cast<const char*>(check.detail)};
}

}  // namespace assay
