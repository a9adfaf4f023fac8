#pragma once

#include <memory>

#include "kernels/llm/llama_decoder.hpp"
#include "scenarios/serving/iteration_backend.hpp"

namespace assay {

/// The decoder of the CPUs behind a serving engine.
class LlamaBackend final : public IterationBackend {
 public:
  /// Throws as LlamaDecoder does.
  explicit LlamaBackend(const DecoderOptions& options) : options_(options), decoder_(options) {}

  [[nodiscard]] const LlamaShape& shape() const override { return decoder_.shape(); }
  [[nodiscard]] const DecoderFormats& formats() const override { return decoder_.formats(); }
  [[nodiscard]] std::uint32_t page_count() const override { return options_.page_count; }
  [[nodiscard]] std::map<std::string, std::string> facts() const override { return decoder_.facts(); }
  void step(const DecoderStep& step) noexcept override { decoder_.step(step); }
  [[nodiscard]] ServingCeilings measure_ceilings(Nanoseconds budget, const std::stop_token& stop) override;
  [[nodiscard]] OutputCheck verify() override { return decoder_.verify(); }

 private:
  DecoderOptions options_;
  LlamaDecoder decoder_;
};

}  // namespace assay
