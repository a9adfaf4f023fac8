#include "kernels/library_race.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>

#include "harness/measurement.hpp"
#include "harness/steady_clock.hpp"

namespace assay {
namespace {

/// What one entrant has shown so far.
struct Runner {
  const RaceEntrant* entrant = nullptr;
  std::uint64_t iterations = 1;
  std::vector<double> clean;
  double least_cpu_time = 0.0;  ///< seconds an iteration
  std::size_t samples = 0;
  Nanoseconds spent{0};
  bool hopeless = false;

  [[nodiscard]] bool is_done(const RaceRules& rules) const {
    return hopeless || clean.size() >= rules.clean_samples || (samples > 0 && spent >= rules.budget);
  }

  [[nodiscard]] double result() const {
    if (clean.empty()) {
      return least_cpu_time;
    }
    std::vector<double> sorted = clean;
    std::sort(sorted.begin(), sorted.end());
    return sorted[(sorted.size() - 1) / 4];  // what disturbs a sample slows it
  }
};

/// The first call takes what a library allocates or compiles once, so a short one is made again to size the samples.
void warm_up(Runner& runner, Clock& clock, const RaceRules& rules) {
  constexpr int kLong = 8;  // samples: beyond, one iteration is a sample whatever the first call cost
  Nanoseconds one{0};
  for (int call = 0; call < 2 && one < kLong * rules.sample; ++call) {
    const Instant begin = clock.now();
    runner.entrant->work(1);
    one = clock.now() - begin;
  }
  runner.iterations =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, rules.sample / std::max(one, Nanoseconds{1})));
}

struct Timing {
  Nanoseconds elapsed{1};
  ThreadUse before;
  ThreadUse after;
};

Timing time_iterations(const Runner& runner, Clock& clock, const ThreadMeter& meter) {
  Timing timing{.before = meter.read(), .after = {}};
  const Instant begin = clock.now();
  runner.entrant->work(runner.iterations);
  timing.elapsed = std::max(clock.now() - begin, Nanoseconds{1});
  timing.after = meter.read();
  return timing;
}

/// The first sample, lengthened until it is one: the calls that sized it may have been long for what they did once, or
/// disturbed, and a few iterations would measure the reading of clocks.
Timing first_timing(Runner& runner, Clock& clock, const ThreadMeter& meter, const RaceRules& rules) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;  // what does nothing is never long enough
  Timing timing = time_iterations(runner, clock, meter);
  while (timing.elapsed < rules.sample / 2 && runner.iterations < kMost) {
    runner.iterations *= static_cast<std::uint64_t>(rules.sample / timing.elapsed);  // by two or more
    timing = time_iterations(runner, clock, meter);
  }
  return timing;
}

void take_sample(Runner& runner, Clock& clock, const ThreadMeter& meter, const RaceRules& rules) {
  clock.wait_until(clock.now() + rules.pause);
  if (runner.iterations > 1) {
    // As in measure(): a tenth of a sample fills the caches and wakes the vector units.
    runner.entrant->work(std::max<std::uint64_t>(1, runner.iterations / 10));
  }
  const Timing timing =
      runner.samples == 0 ? first_timing(runner, clock, meter, rules) : time_iterations(runner, clock, meter);
  const auto iterations = static_cast<double>(runner.iterations);
  const double cpu_time = std::max(seconds(timing.after.cpu_time - timing.before.cpu_time), 1e-9) / iterations;
  runner.least_cpu_time = runner.samples == 0 ? cpu_time : std::min(runner.least_cpu_time, cpu_time);
  ++runner.samples;
  runner.spent += timing.elapsed;
  if (contamination_of(timing.elapsed, timing.before, timing.after) == Contamination::none) {
    runner.clean.push_back(seconds(timing.elapsed) / iterations);
  }
}

void drop_hopeless(std::vector<Runner>& runners, double factor) {
  double best = runners.front().least_cpu_time;
  for (const Runner& runner : runners) {
    best = std::min(best, runner.least_cpu_time);
  }
  for (Runner& runner : runners) {
    runner.hopeless = runner.hopeless || runner.least_cpu_time > factor * best;
  }
}

RaceResult result_of(const std::vector<Runner>& runners, const RaceRules& rules) {
  RaceResult result;
  double best = runners.front().result();
  for (const Runner& runner : runners) {
    result.times.push_back({runner.entrant->name, runner.result(), runner.clean.size()});
    best = std::min(best, runner.result());
  }
  const auto wins = [&](const RaceTime& time) { return time.seconds_per_iteration <= best * (1 + rules.tie); };
  result.winner =
      static_cast<std::size_t>(std::find_if(result.times.begin(), result.times.end(), wins) - result.times.begin());
  return result;
}

LibraryChoice choice_of(const RaceResult& result, Flops work, WorkUnit unit) {
  LibraryChoice choice{.library = result.times[result.winner].name};
  for (const RaceTime& time : result.times) {
    const double rate = static_cast<double>(work.count) / time.seconds_per_iteration / 1e9;
    choice.figures += fmt::format("{} {:.1f} G{}/s{}, ", time.name, rate, name_of(unit),
                                  time.clean == 0 ? " of CPU time, never undisturbed" : "");
  }
  choice.figures += "chosen " + choice.library;
  return choice;
}

}  // namespace

RaceResult race(std::span<const RaceEntrant> entrants, Clock& clock, const ThreadMeter& meter, const RaceRules& rules) {
  if (entrants.empty()) {
    throw std::invalid_argument("race: nothing to choose from");
  }
  std::vector<Runner> runners;
  for (const RaceEntrant& entrant : entrants) {
    runners.push_back({.entrant = &entrant});
    warm_up(runners.back(), clock, rules);
  }
  const auto is_done = [&rules](const Runner& runner) { return runner.is_done(rules); };
  for (int round = 0; !std::all_of(runners.begin(), runners.end(), is_done); ++round) {
    for (Runner& runner : runners) {
      if (!runner.is_done(rules)) {
        take_sample(runner, clock, meter, rules);
      }
    }
    if (round < 2) {
      drop_hopeless(runners, round == 0 ? rules.hopeless_at_once : rules.hopeless);
    }
  }
  return result_of(runners, rules);
}

LibraryChoice choose_library(const std::string& subject, Flops work, WorkUnit unit,
                             const std::function<std::vector<RaceEntrant>()>& entrants) {
  // Of the process, as the loaded libraries are: every worker must use the same one, and measuring again would disturb
  // what is being measured.
  static std::mutex mutex;
  static std::map<std::string, LibraryChoice> choices;
  const std::lock_guard lock(mutex);
  if (const auto known = choices.find(subject); known != choices.end()) {
    return known->second;
  }
  const std::vector<RaceEntrant> candidates = entrants();
  LibraryChoice choice;
  if (candidates.size() == 1) {
    choice = {candidates.front().name, candidates.front().name + ", the only one here"};
  } else {
    SteadyClock clock;
    choice = choice_of(race(candidates, clock, KernelThreadMeter()), work, unit);
  }
  choices.emplace(subject, choice);
  return choice;
}

}  // namespace assay
