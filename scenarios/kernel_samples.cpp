#include "scenarios/kernel_samples.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "harness/sample_length.hpp"

namespace assay {

namespace {

TeamWork work_of(Kernel& kernel, std::size_t batch) {
  if (batch <= 1) {
    return [&kernel](std::size_t, std::uint64_t steps) { kernel.repeat(steps); };
  }
  std::vector<std::uint32_t> samples(batch);
  std::iota(samples.begin(), samples.end(), 0U);
  return [&kernel, samples](std::size_t, std::uint64_t steps) {
    for (std::uint64_t i = 0; i < steps; ++i) {
      kernel.run(samples);
    }
  };
}

}  // namespace

double SampleTotals::clean_share() const {
  const std::uint64_t all = clean_count + contaminated_count;
  return all == 0 ? 0.0 : static_cast<double>(clean_count) / static_cast<double>(all);
}

std::optional<double> SampleTotals::median_clock_hz() const {
  if (clocks_hz.empty()) {
    return std::nullopt;
  }
  std::vector<double> sorted = clocks_hz;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  return *middle;
}

KernelSamples::KernelSamples(Sampler& sampler, Kernel& kernel, Settings settings)
    : sampler_(sampler), kernel_(kernel), settings_(std::move(settings)), work_(work_of(kernel, settings_.batch)) {
  if (settings_.steps_per_sample == 0) {
    settings_.steps_per_sample = iterations_for_sample(sampler_, work_, kFirstThread, settings_.plan.sample);
  }
}

RepeatStep KernelSamples::step() const {
  if (settings_.batch <= 1) {
    return kernel_.repeat_step();
  }
  // Write-allocate is known for single runs only; the counted traffic is what a batch declares.
  const Bytes traffic = kernel_.traffic_of_batch(settings_.batch);
  return {.work = kernel_.work() * settings_.batch, .traffic = traffic, .bus_traffic = traffic};
}

std::optional<TeamObservation> KernelSamples::next_clean() {
  constexpr std::uint64_t kWarmShare = 10;  // fills the caches and wakes the vector units
  const SampleRequest request{.threads = kFirstThread,
                              .iterations = settings_.steps_per_sample,
                              .warm_iterations = std::max<std::uint64_t>(1, settings_.steps_per_sample / kWarmShare),
                              .pause = settings_.plan.pause};
  for (int i = 0; i < kMostTries && !(settings_.stop && settings_.stop()); ++i) {
    const TeamObservation observation = sampler_.sample(work_, request);
    if (observation.contamination != Contamination::none) {
      ++totals_.contaminated_count;
      continue;
    }
    ++totals_.clean_count;
    totals_.steps += observation.iterations;
    totals_.seconds += seconds(observation.elapsed);
    if (observation.clock_hz) {
      totals_.clocks_hz.push_back(*observation.clock_hz);
      totals_.cycles += *observation.clock_hz * seconds(observation.elapsed);
      totals_.cycle_steps += observation.iterations;
    }
    return observation;
  }
  return std::nullopt;
}

}  // namespace assay
