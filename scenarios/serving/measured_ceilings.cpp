#include "scenarios/serving/measured_ceilings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>

#include "harness/sampling_team.hpp"
#include "kernels/kernel.hpp"

namespace assay {

namespace {

/// The best rate of a kernel on a whole team, in work or bytes a second.
class TeamRate {
 public:
  TeamRate(SamplingTeam& team, Clock& clock, Nanoseconds budget, const std::stop_token& stop)
      : team_(team), clock_(clock), budget_(budget), stop_(stop), threads_(team.size()) {
    std::iota(threads_.begin(), threads_.end(), std::size_t{0});
  }

  double of(std::string_view name, const std::map<std::string, std::string>& parameters, bool bytes) {
    const KernelEntry* entry = find_kernel(name);
    if (entry == nullptr) {
      throw std::runtime_error(fmt::format("this build has no kernel {}", name));
    }
    std::vector<std::unique_ptr<Kernel>> kernels(team_.size());
    for (std::unique_ptr<Kernel>& kernel : kernels) {
      kernel = entry->make(parameters);
    }
    constexpr std::uint64_t kSeed = 1;
    team_.run(threads_, [&](std::size_t member) { kernels[member]->prepare(kSeed); });
    const RepeatStep step = kernels.front()->repeat_step();
    const double per_iteration =
        static_cast<double>(bytes ? step.traffic.count : step.work.count) * static_cast<double>(team_.size());
    const TeamWork work = [&](std::size_t member, std::uint64_t iterations) { kernels[member]->repeat(iterations); };
    constexpr Nanoseconds kSample = std::chrono::milliseconds{20};
    const Instant end = clock_.now() + budget_;
    std::uint64_t iterations = 1;
    double best = 0.0;
    bool clean = false;
    do {
      const TeamObservation sample = team_.sample(work, {.threads = threads_, .iterations = iterations});
      best = std::max(best, per_iteration / sample.seconds_per_iteration());
      clean = clean || sample.contamination == Contamination::none;
      if (sample.elapsed < kSample / 2) {
        constexpr std::uint64_t kMostGrowth = 8;
        const auto wanted = static_cast<std::uint64_t>(kSample / std::max(sample.elapsed, Nanoseconds{1}));
        iterations *= std::clamp<std::uint64_t>(wanted, 2, kMostGrowth);
      }
    } while (clock_.now() < end && !stop_.stop_requested());
    disturbed_ = disturbed_ || !clean;
    return best;
  }

  /// No sample of one of the kernels was clean: the ceiling is too low.
  [[nodiscard]] bool disturbed() const { return disturbed_; }

 private:
  SamplingTeam& team_;
  Clock& clock_;
  Nanoseconds budget_;
  const std::stop_token& stop_;
  std::vector<std::size_t> threads_;
  bool disturbed_ = false;
};

}  // namespace

MeasuredCeilings measure_ceilings(const std::vector<int>& cpus, Clock& clock, Nanoseconds budget,
                                  const std::stop_token& stop) {
  MeasuredCeilings ceilings;
  bool disturbed = false;
  SamplingTeam::with(cpus, clock, [&](SamplingTeam& team) {
    constexpr int kKernels = 3;
    TeamRate rate(team, clock, budget / kKernels, stop);
    ceilings.read.value = rate.of("stream", {{"mix", "load"}}, true);
    ceilings.products.value = rate.of("gemm", {{"n", "512"}, {"dtype", "f32"}}, false);
    ceilings.narrow_products.value = rate.of("gemm", {{"n", "512"}, {"dtype", "s8"}}, false);
    disturbed = rate.disturbed();
  });
  ceilings.source = fmt::format(
      "measured in the warm-up on {} CPU{}, {:.2g} s each: gemm n=512 in f32 and signed bytes, stream of loads",
      cpus.size(), cpus.size() == 1 ? "" : "s", seconds(budget) / 3);
  if (disturbed) {
    ceilings.source += "; other work disturbed every sample of one of them, so it is too low";
  }
  return ceilings;
}

}  // namespace assay
