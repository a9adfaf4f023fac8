#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "kernels/array.hpp"
#include "kernels/kernel.hpp"
#include "kernels/skinny_gemm.hpp"
#include "kernels/working_set.hpp"

namespace assay {

/// y = W x with weights larger than the last-level cache, which one batch of up to 8 vectors streams from memory once:
/// the decode step of a large language model in one loop. Weight is float or BFloat16; x, y and all arithmetic are
/// float. A sample is a vector x. Every worker has its own copy of the weights, on its own NUMA node, so that workers
/// do not feed each other through a shared cache; memory_per_worker() says what that costs.
template <class Weight>
class Gemv : public Kernel {
 public:
  static constexpr std::size_t kColumns = 1024;  ///< 8 vectors are 32 KiB: they stay in or next to the L1 cache
  static constexpr std::size_t kMaxBatch = 8;
  static constexpr Bytes kSmallestSize{kSkinnyRowStep * kColumns * sizeof(Weight)};

  struct Settings {
    Bytes size;             ///< of the weights; rounded down to whole steps of kSmallestSize
    MemoryLimits limits{};  ///< for the facts of the identity
  };
  /// Throws std::invalid_argument if the size is below kSmallestSize.
  explicit Gemv(Settings settings);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {2 * rows_ * kColumns}; }
  [[nodiscard]] Bytes traffic() const override { return traffic_of_batch(1); }
  /// The weights once, each x read and each y written.
  [[nodiscard]] Bytes traffic_of_batch(std::size_t samples) const override;
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  [[nodiscard]] std::size_t max_batch() const override { return kMaxBatch; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  /// Standard deviation of an element of y: kColumns products of two deviates uniform in [-1, 1).
  [[nodiscard]] double output_scale() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<float> output() { return outputs_.span(); }

 private:
  static constexpr std::size_t kSamples = 64;

  [[nodiscard]] Bytes weights_size() const { return {rows_ * kColumns * sizeof(Weight)}; }
  [[nodiscard]] double reference(std::uint32_t sample, std::size_t row) const;

  std::size_t rows_;
  KernelIdentity identity_;
  Array<Weight> weights_;
  Array<float> inputs_;   ///< kSamples vectors
  Array<float> outputs_;  ///< kMaxBatch vectors
};

extern template class Gemv<float>;
extern template class Gemv<BFloat16>;

[[nodiscard]] std::unique_ptr<Kernel> make_gemv(const std::map<std::string, std::string>& parameters);

}  // namespace assay
