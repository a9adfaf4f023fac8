#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/plugin_interface.h"

namespace assay::gpu_check {

using WorkSettings = std::map<std::string, std::string>;

/// One work of the library on one device, prepared. Throws std::runtime_error with the library's words.
class CardWork {
 public:
  CardWork(const AssayGpuPlugin& table, std::int32_t device, const std::string& name, const WorkSettings& settings);
  CardWork(const CardWork&) = delete;
  CardWork& operator=(const CardWork&) = delete;
  ~CardWork();

  [[nodiscard]] const AssayGpuShape& shape() const { return shape_; }
  /// All settings in force, and below "fact:" what was chosen.
  [[nodiscard]] const WorkSettings& settings() const { return settings_; }
  /// The whole output; then the probes against the host. Empty: right; else what is wrong.
  [[nodiscard]] std::string verify();
  /// How far the worst value of the last verify() was off, and its bound.
  [[nodiscard]] double worst_error() const { return worst_error_; }
  [[nodiscard]] double bound() const { return bound_; }
  [[nodiscard]] AssayGpuTiming repeat(std::uint64_t steps);

 private:
  const AssayGpuPlugin& table_;
  AssayGpuWork* work_ = nullptr;
  AssayGpuShape shape_{};
  WorkSettings settings_;
  double worst_error_ = 0.0;
  double bound_ = 0.0;
};

/// Samples of one step, in seconds by the card's clock, with the clock that the multiprocessors ran at.
struct CardSamples {
  std::vector<double> seconds_per_step;
  std::vector<double> sm_clock_hz;  ///< of those long enough to tell
  std::uint64_t steps = 1;          ///< of each sample
};

/// Finds how many steps take about `sample_s`, and takes samples for `seconds`, at least `fewest` of them.
[[nodiscard]] CardSamples sample(CardWork& work, double seconds, double sample_s, std::size_t fewest);

/// Seconds of CLOCK_MONOTONIC_RAW.
[[nodiscard]] double now_s();

}  // namespace assay::gpu_check
