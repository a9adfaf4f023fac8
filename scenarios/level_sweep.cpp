#include "scenarios/level_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "analysis/latency_knees.hpp"
#include "harness/quantity.hpp"
#include "harness/round_sampler.hpp"
#include "kernels/kernel.hpp"
#include "scenarios/subject_work.hpp"

namespace assay {

namespace {

std::vector<std::unique_ptr<SubjectWork>> prepare_chases(SamplingTeam& team, std::vector<RooflineSubject>& subjects,
                                                         std::uint64_t seed) {
  std::vector<std::unique_ptr<SubjectWork>> works;
  for (RooflineSubject& subject : subjects) {
    auto work =
        make_kernel_work(1, [&subject](std::size_t) { return find_kernel(subject.kernel)->make(subject.parameters); });
    team.run(kFirstThread, [&](std::size_t member) { work->prepare(member, seed); });
    work->describe(subject);
    works.push_back(std::move(work));
  }
  return works;
}

/// The 0.25-quantile of the clean samples of each size: what disturbs an access makes it longer, and a neighbour in a
/// shared cache does so for many samples.
std::vector<LatencyPoint> points_of(const std::vector<RooflineSubject>& subjects) {
  std::vector<LatencyPoint> points;
  for (const RooflineSubject& subject : subjects) {
    std::vector<double> clean;
    for (const RooflineSample& sample : subject.samples) {
      if (sample.contamination == Contamination::none) {
        clean.push_back(1e9 * sample.seconds_per_iteration / subject.work_per_iteration);
      }
    }
    if (!clean.empty()) {
      const auto quarter = clean.begin() + static_cast<std::ptrdiff_t>(clean.size() / 4);
      std::ranges::nth_element(clean, quarter);
      points.push_back({.bytes = subject.working_set_bytes, .latency_ns = *quarter});
    }
  }
  return points;
}

std::vector<Bytes> reported_capacities(const Machine& machine) {
  std::vector<Bytes> capacities;
  for (const CacheLevel& cache : machine.data_caches) {
    capacities.push_back(cache.size);
  }
  return capacities;
}

}  // namespace

std::vector<std::uint64_t> sweep_sizes(std::uint64_t last_level_cache, std::uint64_t memory_limit) {
  constexpr std::uint64_t kPage = 4096;
  constexpr std::uint64_t kLeastEnd = std::uint64_t{8} << 20U;
  // A geometric series of ratio sqrt(2) sums up to 3.4 times its last term.
  constexpr double kSum = 3.5;
  const auto affordable = static_cast<std::uint64_t>(static_cast<double>(memory_limit) / kSum);
  const std::uint64_t end = std::min(std::max(2 * last_level_cache, kLeastEnd), affordable);
  std::vector<std::uint64_t> sizes;
  for (int step = 0;; ++step) {
    const auto size = static_cast<std::uint64_t>(static_cast<double>(kPage) * std::exp2(0.5 * step)) / 64 * 64;
    if (size > end) {
      return sizes;
    }
    sizes.push_back(size);
  }
}

LevelSweep sweep_levels(SamplingTeam& team, Clock& clock, const Machine& machine, std::uint64_t memory_limit,
                        std::uint64_t seed, const std::stop_token& stop) {
  LevelSweep sweep;
  for (const std::uint64_t size : sweep_sizes(machine.last_level_cache().count, memory_limit)) {
    sweep.subjects.push_back({.id = fmt::format("latency/sweep/{}", size_text({size})),
                              .kind = SubjectKind::latency,
                              .kernel = "chase",
                              .parameters = {{"size", size_text({size})}, {"pages", "huge"}},
                              .mix = "sweep " + size_text({size}),
                              .pages = "huge",
                              .cpus = {team.cpus().front()},
                              .working_set_bytes = size});
  }
  const auto works = prepare_chases(team, sweep.subjects, seed);
  std::vector<RoundSubject> rounds;
  rounds.reserve(works.size());
  for (const auto& work : works) {
    rounds.push_back({.work = [&work = *work](std::size_t thread, std::uint64_t n) { work.run(thread, n); }});
  }
  constexpr RoundPlan kPlan{.most_rounds = 5, .samples_per_visit = 3, .time_limit = std::chrono::seconds{3}};
  const StopAfterTime rule(kPlan.time_limit);
  auto samples = RoundSampler(team, clock, kPlan, rule).measure(rounds, {}, stop);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    take_samples(sweep.subjects[i], std::move(samples[i]));
  }
  sweep.capacities = measured_capacities(find_latency_knees(points_of(sweep.subjects)), reported_capacities(machine));
  return sweep;
}

}  // namespace assay
