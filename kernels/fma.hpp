#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "kernels/array.hpp"
#include "kernels/fma_loop.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// Chains of fused multiply-adds in registers: the peak arithmetic rate of a core, no memory. Real is float or double.
/// A sample is a set of seeds, one for each chain.
template <class Real>
class Fma : public Kernel {
 public:
  static constexpr std::size_t kChains = fma_chain_count<Real>();
  static constexpr std::size_t kMostIterations = 1'000'000;

  /// Throws std::invalid_argument unless iterations is in [1, kMostIterations].
  explicit Fma(std::size_t iterations);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {2 * kChains * iterations_}; }
  [[nodiscard]] Bytes traffic() const override { return {2 * kChains * sizeof(Real)}; }
  [[nodiscard]] Bytes memory_per_worker() const override { return {(kSamples + 1) * kChains * sizeof(Real)}; }
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<Real> output() { return results_.span(); }

 private:
  static constexpr std::size_t kSamples = 16;

  [[nodiscard]] FmaChainSet<Real> chains(std::uint32_t sample) const noexcept;
  [[nodiscard]] double rounding_bound() const;

  std::size_t iterations_;
  KernelIdentity identity_;
  Array<Real> seeds_;
  Array<Real> results_;
};

extern template class Fma<float>;
extern template class Fma<double>;

[[nodiscard]] std::unique_ptr<Kernel> make_fma(const std::map<std::string, std::string>& parameters);

}  // namespace assay
