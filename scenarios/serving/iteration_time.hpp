#pragma once

#include <cstdint>
#include <span>

#include "harness/time.hpp"
#include "kernels/llm/llama_shape.hpp"
#include "scenarios/serving/device_ceilings.hpp"

namespace assay {

/// What one sequence does in an iteration, as the scheduler plans it.
struct SequencePlan {
  std::uint32_t seat = 0;      ///< the sequence's place from its admission to its last token
  std::uint32_t position = 0;  ///< tokens that the cache holds already
  std::uint32_t tokens = 0;    ///< new ones: a chunk of the prompt, or one of the answer
  bool prompt = false;
  bool wants_token = false;
  std::uint32_t recomputed = 0;  ///< of `tokens`: computed before and lost to a preemption
};

/// Work and bytes of one iteration, from shapes alone.
struct IterationLoad {
  double products_flops = 0.0;  ///< matrices of the layers, and the head where a token is wanted
  double attention_flops = 0.0;
  double bytes = 0.0;  ///< weights once, cache of every sequence read, new keys and values written
  std::uint32_t tokens = 0;
  std::uint32_t prompt_tokens = 0;
  std::uint32_t new_tokens = 0;  ///< chosen in this iteration
  std::uint32_t recomputed = 0;
  std::uint32_t sequences = 0;

  [[nodiscard]] double flops() const { return products_flops + attention_flops; }
};

/// Counts loads of one model.
class LoadMeter {
 public:
  LoadMeter(const LlamaShape& shape, const DecoderFormats& formats);
  [[nodiscard]] IterationLoad load_of(std::span<const SequencePlan> plan) const;
  [[nodiscard]] const DecoderFormats& formats() const { return formats_; }
  [[nodiscard]] const LlamaShape& shape() const { return shape_; }

 private:
  LlamaShape shape_;
  DecoderFormats formats_;
  double weights_bytes_;
  double kv_bytes_;
  double layers_flops_;
  double head_flops_;
  double attention_flops_;  ///< of one token that sees one
};

/// T = max(c, m) + overlap_loss min(c, m) + host + communication, with c = (products / rate + attention / rate of 16
/// bits) / compute_share and m = bytes / (bandwidth_share x reading), both over the ranks. The shares and the loss were
/// fitted to NVIDIA's published TensorRT-LLM throughput of Llama-3.3-70B FP8 on one H200 (docs/source/performance/
/// perf-overview.md); overlap_loss 0 would be perfect overlap of reading and products, 1 none at all.
struct IterationTimeModel {
  double compute_share = 0.60;
  double bandwidth_share = 0.85;
  double overlap_loss = 0.7;
  Nanoseconds host = std::chrono::microseconds{300};  ///< with CUDA graphs; kEagerHost without
  std::uint32_t ranks = 1;                            ///< of tensor parallelism: work and bytes are divided evenly
  Nanoseconds communication{0};                       ///< of an iteration, whatever its size: kTwoRanksCommunication
  double communication_s_per_token = 0.0;             ///< sums of activations that travel: two_ranks_s_per_token()
};

/// Launching some 850 kernels one by one from an interpreter.
inline constexpr Nanoseconds kEagerHost = std::chrono::milliseconds{8};
/// 160 all-reduces of an iteration of two ranks at 10 us each.
inline constexpr Nanoseconds kTwoRanksCommunication = std::chrono::microseconds{1600};
/// Two all-reduces a layer of 16-bit activations, 2 (n - 1) / n of the bytes over each link (nccl-tests,
/// PERFORMANCE.md), at the bus rate of 400 GB/s that NVLink of the fourth generation gives NCCL.
[[nodiscard]] double two_ranks_s_per_token(const LlamaShape& shape);

struct IterationTime {
  double compute_s = 0.0;
  double memory_s = 0.0;
  double device_s = 0.0;  ///< of the kernels: both with what their overlap loses, and communication
  double total_s = 0.0;   ///< and the host
};

/// What the model can be asked for: a device, the formats' rates and the constants.
class IterationTimes {
 public:
  IterationTimes(const IterationTimeModel& model, const DeviceCeilings& device, WeightFormat weights);
  [[nodiscard]] IterationTime of(const IterationLoad& load) const;
  [[nodiscard]] const IterationTimeModel& model() const { return model_; }
  [[nodiscard]] const DeviceCeilings& device() const { return device_; }

  /// What products and reading can reach in this model, over all ranks: the counterpart of measured ceilings.
  [[nodiscard]] FlopsPerSecond products_ceiling() const;
  [[nodiscard]] BytesPerSecond read_ceiling() const;

 private:
  IterationTimeModel model_;
  DeviceCeilings device_;
  WeightFormat weights_;
};

/// One measured iteration.
struct IterationObservation {
  IterationLoad load;
  double total_s = 0.0;
};

/// The model's constants from measured iterations of one device: least squares of the relative error over
/// compute_share, bandwidth_share, overlap_loss and host, each within what is possible. Needs at least three
/// observations, of small and of large work; returns `start` otherwise.
[[nodiscard]] IterationTimeModel fitted(const IterationTimeModel& start, const DeviceCeilings& device,
                                        WeightFormat weights, std::span<const IterationObservation> observations);

/// Root mean square of (predicted / measured - 1).
[[nodiscard]] double relative_error_rms(const IterationTimes& times,
                                        std::span<const IterationObservation> observations);

}  // namespace assay
