#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"
#include "kernels/llm/llama_decoder.hpp"

namespace assay {

/// One iteration of a decoder: `batch` sequences that each have `context` - 1 tokens in the cache get one more. A
/// sample is the set of tokens that they get. The weights are read once, each sequence's keys and values once.
///
/// Its verify() and probes compare logits with a forward pass in double where that is feasible (preset `verify` with
/// weights in bf16); elsewhere has_reference() is false and verify() recomputes random outputs of each product and rows
/// of attention, each from what it really read (LlamaDecoder::spot_check).
class LlamaDecode final : public Kernel {
 public:
  static constexpr std::uint64_t kMostBatch = 256;
  static constexpr std::uint64_t kMostThreads = 256;

  struct Settings {
    std::string preset = "tiny";
    WeightFormat weights = WeightFormat::int8;  ///< of the layers and the head
    KvFormat kv = KvFormat::bf16;
    std::uint32_t batch = 1;
    std::uint32_t context = 128;
    std::uint32_t threads = 1;  ///< of one worker: it and others on the CPUs that the process may use
    std::uint32_t held = 0;     ///< layers with weights of their own; 0: all that fit
  };
  /// Throws std::invalid_argument if a setting is beyond the preset, the memory or the CPUs of this process.
  explicit LlamaDecode(const Settings& settings);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  /// Of the layers, of attention and of the head, for each sequence.
  [[nodiscard]] Flops work() const override;
  /// The weights, the cache with its scales, the tokens' keys and values written, their rows of the embedding.
  [[nodiscard]] Bytes traffic() const override;
  [[nodiscard]] Bytes memory_per_worker() const override { return plan_.memory.total(); }
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] bool has_reference() const override;
  /// Zeros without a reference.
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override { return 8e-3; }
  /// A logit: hidden products of an input of size 1 and a weight of 0.02.
  [[nodiscard]] double output_scale() const override;
  [[nodiscard]] OutputCheck verify() override;

 private:
  static constexpr std::uint32_t kSamples = 4;

  [[nodiscard]] DecoderOptions options(std::uint64_t seed) const;
  [[nodiscard]] std::vector<double> reference(std::uint32_t sample) const;
  [[nodiscard]] float logit(std::size_t index) const noexcept;
  void fill_cache();

  Settings settings_;
  const LlamaShape& shape_;
  LlamaDecoder::Plan plan_;
  KernelIdentity identity_;
  std::vector<int> allowed_cpus_;
  std::uint64_t seed_ = 0;
  std::unique_ptr<LlamaDecoder> decoder_;
  std::vector<std::uint32_t> pages_;   ///< of one sequence after another
  std::vector<std::uint32_t> tokens_;  ///< of one sample after another
  std::vector<std::uint32_t> next_;
  std::vector<SequenceStep> sequences_;
};

[[nodiscard]] std::unique_ptr<Kernel> make_llama_decode(const std::map<std::string, std::string>& parameters);

}  // namespace assay
