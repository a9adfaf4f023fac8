#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/dial_loops.hpp"
#include "kernels/kernel.hpp"
#include "kernels/rolling_window.hpp"
#include "kernels/stream_memory.hpp"
#include "kernels/working_set.hpp"

namespace assay {

/// The values of the parameter `intensity` [flop/byte], for both types.
[[nodiscard]] std::span<const double> dial_intensities();

/// Loads and FMAs in a set proportion: the points between the bandwidth and the compute roof. Real is float or double.
/// Every loaded vector is the addend of its share of FMAs on independent chains in registers. A sample is a factor of
/// these chains. run() passes once through the operands; a step of repeat() is a window of them.
template <class Real>
class Dial : public Kernel {
 public:
  struct Settings {
    double intensity = 1.0;  ///< one of dial_intensities()
    Bytes size;              ///< rounded down to whole steps of kDialStep<Real> elements
    Pages pages = Pages::huge;
    std::string simd = "auto";
    MemoryLimits limits{};  ///< for the facts of the identity
    std::optional<int> numa_node{};
    std::shared_ptr<StreamMemory> memory{};  ///< as in Stream::Settings
  };

  /// Throws std::invalid_argument if a setting is not what its comment says or the shared memory is too small.
  explicit Dial(Settings settings);

  [[nodiscard]] static Bytes smallest_size() { return {kDialStep<Real> * sizeof(Real)}; }
  [[nodiscard]] static StreamZones zones_of(const Settings& settings);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return work_of(elements_); }
  [[nodiscard]] Bytes traffic() const override { return {sizeof(Real) * elements_}; }
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  void repeat(std::uint64_t iterations) noexcept override;
  [[nodiscard]] RepeatStep repeat_step() const override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] OutputCheck verify() override;

  [[nodiscard]] const DialShape& shape() const { return loop_.shape; }

 protected:
  [[nodiscard]] std::span<Real> output() { return std::span(state_).first(chains()); }

 private:
  static constexpr std::size_t kSamples = 16;
  static constexpr std::size_t kMostChains = std::size_t{16} * 64 / sizeof(Real);

  [[nodiscard]] Flops work_of(std::size_t elements) const;
  [[nodiscard]] std::size_t chains() const { return loop_.shape.chains * loop_.shape.lanes; }
  [[nodiscard]] DialPass<Real> pass(std::size_t first, std::size_t count, std::uint32_t sample) const noexcept;
  [[nodiscard]] std::vector<long double> expected(std::uint32_t sample) const;

  Settings settings_;
  std::size_t setting_ = 0;  ///< index of the intensity
  std::size_t elements_ = 0;
  KernelIdentity identity_;
  DialLoop<Real> loop_;
  RollingWindow window_;
  std::array<Real, kMostChains> seeds_{};
  alignas(64) std::array<Real, kMostChains> state_{};
  std::span<const Real> source_;
};

extern template class Dial<float>;
extern template class Dial<double>;

/// The settings that the parameters of the catalogue say, but for the type, for a kernel that shares its memory. Throws
/// std::invalid_argument as make_dial() does.
template <class Real>
[[nodiscard]] typename Dial<Real>::Settings dial_settings(const std::map<std::string, std::string>& parameters);
[[nodiscard]] std::unique_ptr<Kernel> make_dial(const std::map<std::string, std::string>& parameters);

}  // namespace assay
