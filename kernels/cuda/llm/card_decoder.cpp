#include "kernels/cuda/llm/card_decoder.hpp"
#include "kernels/cuda/host_clock.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace assay::cuda {
namespace {

constexpr std::uint64_t kKeptFree = std::uint64_t{1} << 30U;  // for the driver and the graphs
constexpr std::uint32_t kBlocksPerMultiprocessor = 4;         // of decode attention that run at a time

struct DeviceLimits {
  std::uint32_t capability = 0;
  std::uint32_t multiprocessors = 0;
  std::uint64_t free_bytes = 0;
};

DeviceLimits limits_of_device(std::int32_t device) {
  int major = 0;
  int minor = 0;
  int multiprocessors = 0;
  ASSAY_CUDA(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  ASSAY_CUDA(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
  ASSAY_CUDA(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device));
  std::size_t free = 0;
  std::size_t total = 0;
  ASSAY_CUDA(cudaMemGetInfo(&free, &total));
  return {static_cast<std::uint32_t>(10 * major + minor), static_cast<std::uint32_t>(multiprocessors), free};
}

std::string in_hex(std::uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

}  // namespace

AssayLlmPlan CardDecoder::plan(std::int32_t device, const AssayLlmOptions& options) {
  const DeviceLimits limits = limits_of_device(device);
  check_options(options, limits.capability);
  const AssayLlmShape shape = rank_shape(options.shape, options.tp_shard);
  const std::uint64_t there = options.memory_bytes > 0        ? options.memory_bytes
                              : limits.free_bytes > kKeptFree ? limits.free_bytes - kKeptFree
                                                              : 0;
  return choose_memory_plan(
      options, {.bytes = there,
                .buffer_bytes = PassBuffers::bytes(options, shape, kBlocksPerMultiprocessor * limits.multiprocessors)});
}

CardDecoder::CardDecoder(std::int32_t device, const AssayLlmOptions& options)
    : options_(options),
      shape_(rank_shape(options.shape, std::max(options.tp_shard, 1U))),
      blocks_wanted_(kBlocksPerMultiprocessor * limits_of_device(device).multiprocessors),
      plan_(plan(device, options)),
      limits_{.rows = options.most_tokens,
              .outputs = options.most_outputs,
              .pages = options.page_count,
              .context = shape_.context,
              .vocabulary = shape_.vocabulary},
      packer_(limits_),
      step_chosen_(options.most_outputs * sizeof(std::uint32_t)) {
  weights_ = std::make_unique<CardWeights>(shape_, options.weights, plan_.held_layers, options.seed, stream_.get());
  buffers_ = std::make_unique<PassBuffers>(options, shape_, packer_.layout(), blocks_wanted_);
  layers_ = std::make_unique<CardLayers>(options, shape_, *weights_, *buffers_, packer_.layout(), blocks_wanted_,
                                         stream_.get());
  ASSAY_CUDA(cudaMemset(step_chosen_.data(), 0, step_chosen_.bytes()));
  for (Flight& flight : flights_) {
    flight.chosen = PinnedMemory(options.most_outputs * sizeof(std::uint32_t));
    flight.outputs.reserve(options.most_outputs);
  }
  for (Staging& staging : stagings_) {
    staging.memory = PinnedMemory(packer_.layout().bytes);
  }
  buffers_->poison(stream_.get());
  if (options.graphs != 0) {
    graphs_ = std::make_unique<CardGraphs>(*layers_, stream_.get());
    graphs_->make_all(options);
  }
  stream_.wait();
}

// Nothing may run on memory that is about to go.
CardDecoder::~CardDecoder() { static_cast<void>(cudaStreamSynchronize(stream_.get())); }

CardDecoder::Staging& CardDecoder::next_staging() {
  Staging& staging = stagings_[staged_++ % kStagings];
  if (staging.used) {
    ASSAY_CUDA(cudaEventSynchronize(staging.copied.get()));
  }
  staging.used = true;
  return staging;
}

void CardDecoder::run_pass(const PackedPass& pass, Staging& staging, Flight& flight, std::uint32_t chosen_before) {
  cudaStream_t const stream = stream_.get();
  ASSAY_CUDA(cudaMemcpyAsync(buffers_->step.data(), staging.memory.as<std::byte>(), pass.bytes, cudaMemcpyHostToDevice,
                             stream));
  ASSAY_CUDA(cudaEventRecord(staging.copied.get(), stream));
  if (graphs_ && pass.shape.bucketed) {
    graphs_->launch(pass.shape);
    flight.timing.graph_launches += pass.shape.outputs > 0 ? 2 : 1;
  } else {
    layers_->run_body(pass.shape);
    if (pass.shape.outputs > 0) {
      layers_->run_head(pass.shape);
    }
  }
  if (pass.outputs > 0) {
    const std::size_t bytes = pass.outputs * sizeof(std::uint32_t);
    ASSAY_CUDA(cudaMemcpyAsync(step_chosen_.as<std::uint32_t>() + chosen_before, buffers_->chosen.data(), bytes,
                               cudaMemcpyDeviceToDevice, stream));
    ASSAY_CUDA(cudaMemcpyAsync(flight.chosen.as<std::uint32_t>() + chosen_before, buffers_->chosen.data(), bytes,
                               cudaMemcpyDeviceToHost, stream));
  }
  flight.last_pass_first = chosen_before;
  ++flight.timing.passes;
  flight.timing.padded_rows += pass.shape.rows;
}

void CardDecoder::submit(std::span<const AssayLlmSequence> step) {
  if (submitted_ - collected_ == kUnderWay) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "submit: two steps are under way already");
  }
  if (const std::string problem = problem_of(step, limits_); !problem.empty()) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "step: " + problem);
  }
  const double began_s = host_seconds();
  const std::vector<std::uint32_t>& before = flights_[(submitted_ + 1) % kUnderWay].outputs;
  for (const AssayLlmSequence& sequence : step) {
    const std::uint32_t from = sequence.token_from;
    if (from != ASSAY_LLM_NO_INDEX && (submitted_ == 0 || from >= before.size() || before[from] == kNoIndex)) {
      throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "step: the token of a sequence that chose none");
    }
  }
  Flight& flight = flights_[submitted_ % kUnderWay];
  flight.timing = {};
  ASSAY_CUDA(cudaEventRecord(flight.begin.get(), stream_.get()));
  ASSAY_CUDA(cudaMemcpyAsync(buffers_->chosen_before.data(), step_chosen_.data(), step_chosen_.bytes(),
                             cudaMemcpyDeviceToDevice, stream_.get()));
  packer_.begin(step, before);
  PackedPass pass;
  std::uint32_t chosen = 0;
  while (true) {
    Staging& staging = next_staging();
    if (!packer_.pack({staging.memory.as<std::byte>(), staging.memory.bytes()}, pass)) {
      staging.used = false;
      --staged_;
      break;
    }
    run_pass(pass, staging, flight, chosen);
    chosen += pass.outputs;
  }
  ASSAY_CUDA(cudaEventRecord(flight.end.get(), stream_.get()));
  flight.outputs.assign(packer_.outputs().begin(), packer_.outputs().end());
  flight.timing.launch_s = host_seconds() - began_s;
  ++submitted_;
}

AssayLlmTiming CardDecoder::collect(std::span<std::uint32_t> next_tokens) {
  if (submitted_ == collected_) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "collect: no step is under way");
  }
  Flight& flight = flights_[collected_ % kUnderWay];
  if (next_tokens.size() < flight.outputs.size()) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "collect: more sequences than room for their tokens");
  }
  ASSAY_CUDA(cudaEventSynchronize(flight.end.get()));
  ++collected_;
  float milliseconds = 0.0F;
  ASSAY_CUDA(cudaEventElapsedTime(&milliseconds, flight.begin.get(), flight.end.get()));
  flight.timing.device_s = static_cast<double>(milliseconds) * 1e-3;
  const auto* const chosen = flight.chosen.as<std::uint32_t>();
  for (std::size_t s = 0; s < flight.outputs.size(); ++s) {
    if (flight.outputs[s] != kNoIndex) {
      next_tokens[s] = chosen[flight.outputs[s]];
    }
  }
  return flight.timing;
}

void CardDecoder::logits(std::uint32_t sequence, std::span<float> values) const {
  if (submitted_ == 0 || submitted_ != collected_) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "logits: of a step that was collected, while none is under way");
  }
  const Flight& flight = flights_[(submitted_ - 1) % kUnderWay];
  const bool there = sequence < flight.outputs.size() && flight.outputs[sequence] != kNoIndex &&
                     flight.outputs[sequence] >= flight.last_pass_first && values.size() == shape_.vocabulary;
  if (!there) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "logits: only of the last pass's outputs, all of them");
  }
  const float* const from =
      buffers_->logits.as<float>() + std::size_t{flight.outputs[sequence] - flight.last_pass_first} * shape_.vocabulary;
  ASSAY_CUDA(cudaMemcpy(values.data(), from, values.size_bytes(), cudaMemcpyDeviceToHost));
}

void CardDecoder::run_observed(std::span<const AssayLlmSequence> step, const StageObserver& observer) {
  if (submitted_ != collected_) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "check: steps are under way");
  }
  if (const std::string problem = problem_of(step, limits_); !problem.empty()) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "check: " + problem);
  }
  buffers_->poison(stream_.get());
  packer_.begin(step, {});
  PackedPass pass;
  Staging& staging = next_staging();
  if (!packer_.pack({staging.memory.as<std::byte>(), staging.memory.bytes()}, pass)) {
    return;
  }
  ASSAY_CUDA(cudaMemcpyAsync(buffers_->step.data(), staging.memory.as<std::byte>(), pass.bytes, cudaMemcpyHostToDevice,
                             stream_.get()));
  ASSAY_CUDA(cudaEventRecord(staging.copied.get(), stream_.get()));
  layers_->run_body(pass.shape, observer);
  if (pass.shape.outputs > 0) {
    layers_->run_head(pass.shape, observer);
  }
  stream_.wait();
}

std::map<std::string, std::string> CardDecoder::facts() const {
  std::map<std::string, std::string> facts = layers_->choices();
  const FormatTraits& format = format_of(options_.weights);
  facts["memory plan"] = std::string(1, plan_.letter);
  facts["plan label"] = plan_.label;
  facts["weights seed"] = std::to_string(options_.seed);
  facts["weights checksum"] = in_hex(weights_->checksum());
  facts["weights"] = plan_.held_layers == options_.shape.layers
                         ? "seeded, each of " + std::to_string(plan_.held_layers) + " layers its own"
                         : "weights aliased x(" + std::to_string(options_.shape.layers) + "/" +
                               std::to_string(plan_.held_layers) + ")";
  facts["weight format"] = format.name;
  facts["activations"] = format.inputs_name;
  facts["attention"] = options_.plain_attention != 0 ? "without matrix instructions" : "mma.sync m16n8k16";
  facts["graphs"] = graphs_ ? "on, " + std::to_string(graphs_->count()) + " made" : "off";
  facts["tp shard"] = std::to_string(options_.tp_shard);
  facts["memory"] = std::to_string(plan_.weight_bytes + plan_.cache_bytes + plan_.buffer_bytes) + " bytes";
  return facts;
}

}  // namespace assay::cuda
