#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/cuda/llm/card_graphs.hpp"

namespace assay::cuda {

/// Llama on one card: what AssayLlm is. Functions are called with the device current and throw GpuError.
class CardDecoder {
 public:
  CardDecoder(std::int32_t device, const AssayLlmOptions& options);
  CardDecoder(const CardDecoder&) = delete;
  CardDecoder& operator=(const CardDecoder&) = delete;
  ~CardDecoder();

  /// Throws std::invalid_argument where options make no sense or do not fit.
  [[nodiscard]] static AssayLlmPlan plan(std::int32_t device, const AssayLlmOptions& options);

  void submit(std::span<const AssayLlmSequence> step);
  [[nodiscard]] AssayLlmTiming collect(std::span<std::uint32_t> next_tokens);
  void logits(std::uint32_t sequence, std::span<float> values) const;

  [[nodiscard]] const AssayLlmPlan& plan() const { return plan_; }
  [[nodiscard]] const AssayLlmShape& shape() const { return shape_; }
  [[nodiscard]] const AssayLlmOptions& options() const { return options_; }
  [[nodiscard]] std::map<std::string, std::string> facts() const;

  /// For the checks: a pass kernel by kernel, everything poisoned before it.
  void run_observed(std::span<const AssayLlmSequence> step, const StageObserver& observer);
  [[nodiscard]] const CardWeights& weights() const { return *weights_; }
  [[nodiscard]] const PassBuffers& buffers() const { return *buffers_; }
  [[nodiscard]] const CardLayers& layers() const { return *layers_; }
  [[nodiscard]] StreamHandle stream() const { return stream_.get(); }

 private:
  static constexpr std::size_t kUnderWay = 2;
  /// A step that the card works on.
  struct Flight {
    Event begin;
    Event end;
    PinnedMemory chosen;
    std::vector<std::uint32_t> outputs;  ///< of each sequence, the place of its token
    std::uint32_t last_pass_first = 0;   ///< output of the last pass's first logits
    AssayLlmTiming timing{};
  };
  /// Host memory that a pass is copied from; free again once the copy is over.
  struct Staging {
    PinnedMemory memory;
    Event copied;
    bool used = false;
  };
  static constexpr std::size_t kStagings = 4;

  void run_pass(const PackedPass& pass, Staging& staging, Flight& flight, std::uint32_t chosen_before);
  [[nodiscard]] Staging& next_staging();

  AssayLlmOptions options_;
  AssayLlmShape shape_;
  std::uint32_t blocks_wanted_;
  AssayLlmPlan plan_;
  PassLimits limits_;
  StepPacker packer_;
  Stream stream_;
  std::unique_ptr<CardWeights> weights_;
  std::unique_ptr<PassBuffers> buffers_;
  std::unique_ptr<CardLayers> layers_;
  std::unique_ptr<CardGraphs> graphs_;
  DeviceMemory step_chosen_;  ///< by all passes of the newest step
  std::array<Flight, kUnderWay> flights_;
  std::array<Staging, kStagings> stagings_;
  std::size_t submitted_ = 0;
  std::size_t collected_ = 0;
  std::size_t staged_ = 0;
};

}  // namespace assay::cuda
