#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "kernels/array.hpp"
#include "kernels/dot_peak_loops.hpp"
#include "kernels/dot_peak_reference.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// Products of bytes or bfloat16, summed in registers or tiles: the peak rates of a core that neural networks in few
/// bits run against, no memory. A sample is a set of seeds, one for each element of the accumulators. Every value is a
/// whole number, and every result exact.
class DotPeak : public Kernel {
 public:
  /// No sum of whole numbers in float reaches 2^24 (see the constants in the source).
  static constexpr std::size_t kMostIterations = 100'000;

  /// `loop`: of dot_peak_loops() for this processor. Throws std::invalid_argument unless iterations is in
  /// [1, kMostIterations], and std::runtime_error with tile_refusal() where the loop needs tiles and may not use them.
  DotPeak(const DotPeakLoop& loop, std::size_t iterations);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {loop_.operations() * iterations_}; }
  [[nodiscard]] WorkUnit work_unit() const override;
  [[nodiscard]] Bytes traffic() const override { return {2 * loop_.accumulator_bytes() + factor_bytes()}; }
  [[nodiscard]] Bytes memory_per_worker() const override {
    return {(kSamples + 1) * loop_.accumulator_bytes() + factor_bytes()};
  }
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override { return 0.0; }
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<std::byte> output() { return results_.span(); }

 private:
  static constexpr std::size_t kSamples = 16;

  [[nodiscard]] std::size_t factor_bytes() const {
    return (loop_.left_elements() + loop_.right_elements()) * loop_.operand_bytes();
  }
  void prepare_factors(std::uint64_t seed);
  void prepare_seeds(std::uint64_t seed);
  [[nodiscard]] const std::byte* seeds_of(std::uint32_t sample) const noexcept;
  [[nodiscard]] std::int64_t element(const std::byte* accumulators, std::size_t i) const noexcept;
  void set_element(std::byte* accumulators, std::size_t i, std::int64_t value) const noexcept;
  [[nodiscard]] std::int64_t reference(std::uint32_t sample, std::size_t i) const;

  DotPeakLoop loop_;
  std::size_t iterations_;
  KernelIdentity identity_;
  DotFactors factors_;
  Array<std::byte> left_;
  Array<std::byte> right_;
  Array<std::byte> seeds_;
  Array<std::byte> results_;
};

/// simd=auto takes the last loop of dot_peak_loops() with that dtype and mix whose tiles, if any, may be used.
[[nodiscard]] std::unique_ptr<Kernel> make_dot_peak(const std::map<std::string, std::string>& parameters);

}  // namespace assay
