#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "harness/sampling_team.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// The clean samples of one kernel, added up.
struct SampleTotals {
  std::uint64_t steps = 0;
  std::uint64_t clean_count = 0;
  std::uint64_t contaminated_count = 0;
  double seconds = 0.0;
  std::vector<double> clocks_hz;  ///< effective clock beside each sample where it is known
  double cycles = 0.0;            ///< of the samples whose clock is known,
  std::uint64_t cycle_steps = 0;  ///< and their steps

  [[nodiscard]] double clean_share() const;
  [[nodiscard]] std::optional<double> median_clock_hz() const;
};

/// Takes samples of one prepared kernel on one thread: steps of Kernel::repeat(), or runs on a batch.
class KernelSamples {
 public:
  struct Settings {
    std::size_t batch = 1;               ///< samples of the kernel in a step; 1: a step is that of repeat()
    std::uint64_t steps_per_sample = 0;  ///< 0: to be found, so that a sample takes plan.sample
    SamplingPlan plan{};
    std::function<bool()> stop{};  ///< looked at between tries; empty: never
  };
  KernelSamples(Sampler& sampler, Kernel& kernel, Settings settings);

  /// What one step does.
  [[nodiscard]] RepeatStep step() const;
  [[nodiscard]] std::uint64_t steps_per_sample() const { return settings_.steps_per_sample; }

  /// A sample that nothing disturbed, after at most kMostTries: disturbed ones are counted and repeated. Nothing if
  /// none was clean, or once settings.stop says so.
  [[nodiscard]] std::optional<TeamObservation> next_clean();
  static constexpr int kMostTries = 100;

  [[nodiscard]] const SampleTotals& totals() const { return totals_; }

 private:
  Sampler& sampler_;
  Kernel& kernel_;
  Settings settings_;
  TeamWork work_;
  SampleTotals totals_;
};

}  // namespace assay
