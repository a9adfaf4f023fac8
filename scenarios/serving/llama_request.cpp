#include "scenarios/serving/llama_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "kernels/gpu/gpu_device.hpp"
#include "kernels/llm/decoder_step.hpp"

namespace assay {

namespace {

const std::array<KernelParameter, 6> kParameters = {
    {{.name = "preset",
      .meaning = "shape: llama3-70b, llama3-8b, llama3.2-1b, tiny or verify",
      .default_value = "tiny"},
     {.name = "weights",
      .meaning = "bf16, int8 or int4; on a GPU fp8 (its default), bf16 or int4 (W4A16)",
      .default_value = "int8"},
     {.name = "held_layers",
      .meaning = "layers in memory, the others use their weights; 0: all, or what fits",
      .default_value = "0"},
     {.name = "samples", .meaning = "prompts in the library, 1 to 65536", .default_value = "1024"},
     {.name = "shared", .meaning = "share of each prompt that all have in common, 0 to 1", .default_value = "0"},
     {.name = "device", .meaning = "cpu, or cuda:N as --device sets it", .default_value = "cpu"}}};

template <class Number>
Number number_in(std::string_view name, const std::string& text, Number lowest, Number highest) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= lowest && value <= highest)) {
    throw std::invalid_argument(
        fmt::format("--param {}={}: must be a number within {} and {}", name, text, lowest, highest));
  }
  return value;
}

const LlamaShape& shape_named(const std::string& name) {
  const LlamaShape* shape = find_llama_shape(name);
  if (shape == nullptr) {
    std::vector<std::string_view> names;
    for (const LlamaShape& known : llama_shapes()) {
      names.push_back(known.name);
    }
    throw std::invalid_argument(fmt::format("--param preset={}: is none of {}", name, fmt::join(names, ", ")));
  }
  return *shape;
}

WeightFormat weights_named(const std::string& name, bool on_gpu) {
  const auto accepted = on_gpu ? std::vector{WeightFormat::bf16, WeightFormat::fp8, WeightFormat::int4}
                               : std::vector{WeightFormat::bf16, WeightFormat::int8, WeightFormat::int4};
  for (const WeightFormat format : accepted) {
    if (name == name_of(format)) {
      return format;
    }
  }
  throw std::invalid_argument(fmt::format(
      "--param weights={}: is none of {}", name,
      on_gpu ? "bf16, fp8, int4, which a GPU's decoder has" : "bf16, int8, int4, which a CPU's decoder has"));
}

/// What belongs to the other kind of device.
void check_device(const ServingOptions& serving, const LlamaRequest& llama, std::vector<std::string>& problems) {
  if (llama.gpu) {
    if (serving.kv_format == KvFormat::int8) {
      problems.emplace_back("--kv-dtype int8: a GPU's cache is bf16 or fp8");
    }
    if (llama.shape.layers > 0 && llama.shape.kv_heads % serving.tp_shard != 0) {
      problems.push_back(fmt::format("--tp-shard {}: {} has {} heads in its cache, which must divide by it",
                                     serving.tp_shard, llama.shape.name, llama.shape.kv_heads));
    }
    return;
  }
  if (serving.kv_format == KvFormat::fp8) {
    problems.emplace_back("--kv-dtype fp8: only with --device cuda:N; CPUs take bf16 or int8");
  }
  for (const std::string& flag : serving.gpu_flags) {
    problems.push_back(fmt::format("--{}: only with --device cuda:N", flag));
  }
}

std::string default_lengths(const LlamaShape& shape) {
  return shape.name == "tiny" ? "azure-conv/8:512/64" : shape.name == "verify" ? "azure-conv/16:128/16" : "azure-conv";
}

/// Pages of the cache: as asked, or for max_slots of the longest requests, but for one sequence of the layout at least.
std::uint32_t cache_pages_for(const ServingOptions& options, const RequestLengths& lengths, const LlamaShape& shape) {
  const std::uint64_t longest = lengths.longest();
  const std::uint64_t one = options.policy.kv == KvLayout::contiguous ? shape.context : longest;
  const std::uint64_t wanted =
      options.kv_tokens > 0 ? options.kv_tokens : std::max(options.policy.max_slots * longest, one);
  const std::uint64_t pages = options.kv_tokens > 0 ? wanted / kPageTokens : (wanted + kPageTokens - 1) / kPageTokens;
  constexpr std::uint64_t kMost = 1 << 24;
  if (pages == 0 || pages > kMost || wanted < one) {
    throw std::invalid_argument(fmt::format("--kv-tokens {}: one sequence of --kv {} takes {}; at most {} fit",
                                            options.kv_tokens, name_of(options.policy.kv), one, kMost * kPageTokens));
  }
  return static_cast<std::uint32_t>(pages);
}

}  // namespace

std::span<const KernelParameter> llama_parameters() { return kParameters; }

LlamaRequest llama_request(const WorkloadRequest& request) {
  LlamaRequest llama;
  std::vector<std::string> problems;
  const auto attempt = [&](const auto& task) {
    try {
      task();
    } catch (const std::invalid_argument& error) {
      problems.emplace_back(error.what());
    }
  };
  const auto value = [&](std::string_view name) {
    const auto found = request.parameters.find(std::string(name));
    const auto* known = std::ranges::find(kParameters, name, &KernelParameter::name);
    return found == request.parameters.end() ? known->default_value : found->second;
  };
  for (const auto& [name, text] : request.parameters) {
    if (std::ranges::find(kParameters, name, &KernelParameter::name) == kParameters.end()) {
      problems.push_back(
          fmt::format("--param {}: workload llama has preset, weights, held_layers, samples, shared, device", name));
    }
  }
  attempt([&] { llama.shape = shape_named(value("preset")); });
  attempt([&] {
    if (const std::string device = value("device"); device != "cpu") {
      llama.gpu = gpu_index_from(device);
    }
  });
  attempt([&] {
    const bool given = request.parameters.contains("weights");
    const std::string name = llama.gpu && !given ? "fp8" : value("weights");
    llama.formats.weights = weights_named(name, llama.gpu.has_value());
    llama.formats.head = llama.gpu ? WeightFormat::bf16 : llama.formats.weights;
  });
  attempt([&] { llama.held_layers = number_in<std::uint32_t>("held_layers", value("held_layers"), 0, 1024); });
  attempt([&] { llama.sample_count = number_in<std::uint32_t>("samples", value("samples"), 1, 65'536); });
  attempt([&] { llama.shared_share = number_in<double>("shared", value("shared"), 0.0, 1.0); });
  llama.formats.kv = request.serving.kv_format;
  check_device(request.serving, llama, problems);
  if (llama.shape.layers > 0) {
    const auto policy = request.serving.policy.problems(llama.shape.context);
    problems.insert(problems.end(), policy.begin(), policy.end());
    attempt([&] {
      const std::string& asked = request.serving.lengths;
      try {
        llama.lengths = RequestLengths::parse(asked.empty() ? default_lengths(llama.shape) : asked);
      } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(fmt::format("--lengths: {}", error.what()));
      }
      llama.lengths.limit_total(static_cast<std::uint32_t>(llama.shape.context));
      llama.pages = cache_pages_for(request.serving, llama.lengths, llama.shape);
    });
  }
  if (request.batching.max_batch != 1) {
    problems.emplace_back("--batch: workload llama batches by iterations; use --max-slots");
  }
  if (request.hedge) {
    problems.emplace_back("--hedge: workload llama has one engine, there is no second worker to take a copy");
  }
  if (!problems.empty()) {
    throw std::invalid_argument(fmt::format("{}", fmt::join(problems, "\n")));
  }
  return llama;
}

std::optional<ServingSetup> llama_setup(const WorkloadRequest& request, const ServingRecord& calibrated) {
  if (!calibrated.time_model) {
    return std::nullopt;
  }
  const LlamaRequest llama = llama_request(request);
  const ServingTimeModel& model = *calibrated.time_model;
  return ServingSetup{.shape = llama.shape,
                      .formats = llama.formats,
                      .device = ceilings_as_device(calibrated.ceilings, llama.formats.weights),
                      .time = {.compute_share = model.compute_share,
                               .bandwidth_share = model.bandwidth_share,
                               .overlap_loss = model.overlap_loss,
                               .host = from_seconds(model.host_s)},
                      .policy = request.serving.policy,
                      .kv_tokens = std::uint64_t{llama.pages} * kPageTokens,
                      .shared_share = llama.shared_share};
}

}  // namespace assay
