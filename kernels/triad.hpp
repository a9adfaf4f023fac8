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
#include "kernels/triad_loop.hpp"
#include "kernels/working_set.hpp"

namespace assay {

/// The STREAM triad a = b + s c in double precision: memory bandwidth, little else. A sample is a value of s.
class Triad : public Kernel {
 public:
  struct Settings {
    Bytes size;  ///< of the three arrays together; rounded down to whole steps of kTriadStep elements
    Stores stores = Stores::Regular;
    MemoryLimits limits{};  ///< for the facts of the identity
  };
  static constexpr Bytes kSmallestSize{3 * sizeof(double) * kTriadStep};

  /// Throws std::invalid_argument if the size is below kSmallestSize.
  explicit Triad(Settings settings);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {2 * elements_}; }
  [[nodiscard]] Bytes traffic() const override { return {3 * sizeof(double) * elements_}; }
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<double> output() { return a_.span(); }

 private:
  static constexpr std::size_t kSamples = 16;

  std::size_t elements_;
  Stores stores_;
  KernelIdentity identity_;
  std::array<double, kSamples> scalars_{};
  Array<double> a_;
  Array<double> b_;
  Array<double> c_;
};

[[nodiscard]] std::unique_ptr<Kernel> make_triad(const std::map<std::string, std::string>& parameters);

}  // namespace assay
