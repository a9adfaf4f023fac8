#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/llm/llm_interface.h"
#include "kernels/gpu/gpu_device.hpp"
#include "kernels/llm/llama_decoder.hpp"
#include "scenarios/serving/iteration_backend.hpp"

namespace assay {

/// A decoder on a GPU, as asked for.
struct CudaDecoderOptions {
  DecoderOptions decoder;  ///< CPUs and threads apart
  bool graphs = true;
  bool async_sched = false;
  std::uint32_t tp_shard = 1;
};

/// The same for the library. Throws std::invalid_argument for formats that no GPU has.
[[nodiscard]] AssayLlmOptions library_options(const CudaDecoderOptions& options);

/// The shape that one rank of `ranks` computes: its share of the heads, of the feed-forward part and of the vocabulary.
[[nodiscard]] LlamaShape rank_of(const LlamaShape& shape, std::uint32_t ranks);

/// The decoder of libassay_cuda.so behind a serving engine.
class CudaBackend final : public IterationBackend {
 public:
  /// Throws std::invalid_argument for options that the library or the card refuses, std::runtime_error where the memory
  /// cannot be had or a call failed.
  CudaBackend(const GpuDevice& device, const CudaDecoderOptions& options);

  [[nodiscard]] const LlamaShape& shape() const override { return shape_; }
  [[nodiscard]] const DecoderFormats& formats() const override { return options_.decoder.formats; }
  [[nodiscard]] std::uint32_t page_count() const override { return options_.decoder.page_count; }
  [[nodiscard]] std::map<std::string, std::string> facts() const override { return facts_; }
  void step(const DecoderStep& step) noexcept override;
  [[nodiscard]] bool overlaps() const noexcept override { return options_.async_sched; }
  void submit(std::span<const SequenceStep> sequences) noexcept override;
  void collect(std::span<std::uint32_t> next_tokens) noexcept override;
  [[nodiscard]] std::string failure() const override { return failure_; }
  [[nodiscard]] std::string beyond_rounding(std::uint32_t token) override;
  [[nodiscard]] std::optional<Nanoseconds> device_time() const noexcept override { return device_time_; }
  [[nodiscard]] ServingCeilings measure_ceilings(Nanoseconds budget, const std::stop_token& stop) override;
  [[nodiscard]] OutputCheck verify() override;

 private:
  struct Closer {
    const AssayLlmTable* table;
    void operator()(AssayLlm* llm) const { table->close(llm); }
  };
  void read_facts();
  void note(const AssayGpuStatus& status) noexcept;

  GpuDevice device_;
  CudaDecoderOptions options_;
  LlamaShape shape_;
  const AssayLlmTable* table_;
  std::unique_ptr<AssayLlm, Closer> llm_;
  std::map<std::string, std::string> facts_;
  std::vector<AssayLlmSequence> sequences_;
  std::vector<float> logits_;
  std::optional<Nanoseconds> device_time_;
  std::string failure_;
};

}  // namespace assay
