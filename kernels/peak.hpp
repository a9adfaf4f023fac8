#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "kernels/array.hpp"
#include "kernels/kernel.hpp"
#include "kernels/peak_chains.hpp"

namespace assay {

/// Chains of one mix of arithmetic instructions in registers: what a core's pipes of that width reach, no memory. Real
/// is float or double. A sample is a set of seeds, one for each lane of each chain.
///
/// Unlike `fma`, whose work is the same on every machine, this kernel takes the instruction set as a parameter.
template <class Real>
class Peak : public Kernel {
 public:
  static constexpr std::size_t kMostIterations = 1'000'000;

  /// Throws std::invalid_argument unless iterations is in [1, kMostIterations].
  Peak(const PeakLoop& loop, std::size_t iterations);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {shape_.flops_per_lane() * lanes_ * iterations_}; }
  [[nodiscard]] Bytes traffic() const override { return {2 * elements() * sizeof(Real)}; }
  [[nodiscard]] Bytes memory_per_worker() const override;
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

  /// Elements that take part; scalars leave the other lanes of their registers alone.
  [[nodiscard]] std::size_t elements() const { return shape_.chains() * lanes_; }
  [[nodiscard]] std::size_t register_elements() const { return loop_.width.registers() * stride_; }
  [[nodiscard]] std::size_t place_of(std::size_t element) const {
    return element / lanes_ * stride_ + element % lanes_;
  }
  [[nodiscard]] Real factor() const;
  [[nodiscard]] double rounding_bound() const;
  [[nodiscard]] long double reference(std::uint32_t sample, std::size_t element) const;

  PeakLoop loop_;
  PeakShape shape_;
  std::size_t iterations_;
  std::size_t stride_;  ///< elements a register
  std::size_t lanes_;   ///< of them at work
  KernelIdentity identity_;
  Array<Real> seeds_;
  Array<Real> operands_;
  Array<Real> results_;
};

extern template class Peak<float>;
extern template class Peak<double>;

[[nodiscard]] std::unique_ptr<Kernel> make_peak(const std::map<std::string, std::string>& parameters);

}  // namespace assay
