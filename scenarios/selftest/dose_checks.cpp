#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <stdexcept>
#include <thread>

#include "analysis/format.hpp"
#include "harness/file_source.hpp"
#include "harness/jitter_probe.hpp"
#include "harness/thread_placement.hpp"
#include "scenarios/interference/interference.hpp"
#include "scenarios/selftest/selftest_checks.hpp"

namespace assay {

namespace {

/// What a thread that never pauses lost on the CPU of the injectors, and what the instrument booked meanwhile.
struct DoseSeen {
  JitterReport before;  ///< without any
  JitterReport with;
  JitterReport after;  ///< without any again
  DoseRecord booked;
  double steal = 0.0;

  [[nodiscard]] double lost_without() const { return (before.lost_share() + after.lost_share()) / 2.0; }
};

JitterReport spin_on(int cpu, const Clock& clock, Nanoseconds duration) {
  JitterReport report;
  std::exception_ptr failure;
  std::thread thread([&] {
    try {
      pin_this_thread(cpu);
      report = run_jitter_probe(clock, duration);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  thread.join();
  if (failure) {
    std::rethrow_exception(failure);
  }
  return report;
}

DoseSeen see_dose(const SelftestContext& context, const InterferenceRequest& request) {
  constexpr Nanoseconds kWithout = std::chrono::milliseconds{500};
  constexpr Nanoseconds kWith = std::chrono::seconds{2};
  const SteadyClock clock(context.place.wait);
  const int cpu = context.place.system_cpu;
  const SystemFiles files;
  const auto before = read_cpu_times(files);
  DoseSeen seen;
  seen.before = spin_on(cpu, clock, kWithout);
  std::optional<Interference> interference;
  interference.emplace(Interference::Options{.request = request,
                                             .place = {.victim_cpus = {cpu},
                                                       .issuing_cpus = {context.place.issuing_cpu},
                                                       .allowed_cpus = context.place.instrument.machine.allowed_cpus()},
                                             .seed = context.request.seed,
                                             .time_limit = std::chrono::minutes{1}},
                       clock);
  interference->begin_window();
  seen.with = spin_on(cpu, clock, kWith);
  seen.booked = interference->doses().front();
  interference.reset();
  seen.after = spin_on(cpu, clock, kWithout);
  if (const auto after = read_cpu_times(files); before && after) {
    if (const auto load = load_between(*before, *after, sysconf(_SC_CLK_TCK))) {
      seen.steal = load->steal;
    }
  }
  return seen;
}

/// What else takes the CPU makes the victim's account useless.
constexpr double kQuietLoss = 0.03;
constexpr double kQuietSteal = 0.02;

std::optional<std::string> broken_premise(const DoseSeen& seen) {
  const double lost = std::max(seen.before.lost_share(), seen.after.lost_share());
  if (lost > kQuietLoss) {
    return fmt::format("others took {} of this CPU while nothing was injected (at most {})", format_percent(lost),
                       format_percent(kQuietLoss));
  }
  if (seen.steal > kQuietSteal) {
    return fmt::format("the hypervisor took {} of the CPU time", format_percent(seen.steal));
  }
  return std::nullopt;
}

SelftestCheck share_check(const SelftestContext& context, double share) {
  const std::string percent = fmt::format("{:.0f}", 100.0 * share);
  context.phase("dose: background " + percent + " %", std::chrono::seconds{3});
  SelftestCheck check{.id = "dose.background." + percent,
                      .title = fmt::format("injected load: {} % of a CPU", percent),
                      .unit = "share",
                      .truth = share};
  const DoseSeen seen = see_dose(context, {.background_share = share});
  const double tolerance = std::max(0.02, 0.1 * share);  // as fill_dose() has it
  const double lost = seen.with.lost_share() - seen.lost_without();
  check.measured = {.point = seen.booked.achieved,
                    .lower = share - tolerance,
                    .upper = share + tolerance,
                    .confidence = 1.0,
                    .reason = "the limits are those within which a dose counts as delivered"};
  check.evidence = fmt::format("the victim lost {}, {} without; injector {}", format_percent(seen.with.lost_share()),
                               format_percent(seen.lost_without()), seen.booked.scheduling);
  if (const auto premise = broken_premise(seen)) {
    check.evidence = *premise;
    return check;
  }
  const bool strongest = seen.booked.scheduling.starts_with("SCHED_FIFO");
  const double achieved = seen.booked.achieved.value_or(-1.0);
  const bool booked_right = std::abs(achieved - lost) <= tolerance;
  const bool delivered = std::abs(achieved - share) <= tolerance;
  if (booked_right && !delivered && !strongest) {
    check.evidence += ": without SCHED_FIFO the scheduler shares the CPU out";
    return check;
  }
  check.verdict = booked_right && delivered ? SelftestVerdict::pass : SelftestVerdict::fail;
  return check;
}

SelftestCheck burst_check(const SelftestContext& context) {
  constexpr double kRate = 100.0;
  constexpr Nanoseconds kLength = std::chrono::milliseconds{1};
  context.phase("dose: bursts", std::chrono::seconds{3});
  SelftestCheck check{
      .id = "dose.bursts", .title = "injected bursts: 100 a second of 1 ms", .unit = "1/s", .truth = kRate};
  const DoseSeen seen = see_dose(context, {.noise = NoiseDose{.rate_per_s = kRate, .length = kLength}});
  // Poisson: three standard deviations of the number in the window, and two bursts that fall into one gap.
  const double window = seconds(seen.with.duration);
  const double tolerance = std::max(0.1 * kRate, 3.0 * std::sqrt(kRate / window));
  check.measured = {.point = seen.booked.achieved,
                    .lower = kRate - tolerance,
                    .upper = kRate + tolerance,
                    .confidence = 0.997,
                    .reason = "the limits are three standard deviations of a Poisson number, at least 10 %"};
  const double lost_per_burst =
      (seen.with.lost_share() - seen.lost_without()) / std::max(seen.booked.achieved.value_or(0.0), 1.0);
  check.evidence =
      fmt::format("the victim lost {} a burst, {} of its time in all; injector {}", format_duration(lost_per_burst),
                  format_percent(seen.with.lost_share()), seen.booked.scheduling);
  if (const auto premise = broken_premise(seen)) {
    check.evidence = *premise;
    return check;
  }
  constexpr double kNear = 0.15;  // a burst also costs two switches and cold caches
  const bool rate_right = seen.booked.achieved && std::abs(*seen.booked.achieved - kRate) <= tolerance;
  const bool length_right = std::abs(lost_per_burst - seconds(kLength)) <= kNear * seconds(kLength);
  if (!(rate_right && length_right) && !seen.booked.scheduling.starts_with("SCHED_FIFO")) {
    check.evidence += ": without SCHED_FIFO the scheduler decides when a burst runs";
    return check;
  }
  check.verdict = rate_right && length_right ? SelftestVerdict::pass : SelftestVerdict::fail;
  return check;
}

}  // namespace

std::vector<SelftestCheck> dose_checks(const SelftestContext& context) {
  std::vector<SelftestCheck> checks;
  for (const double share : {0.25, 0.5}) {
    if (!context.stop.stop_requested()) {
      checks.push_back(share_check(context, share));
    }
  }
  if (!context.stop.stop_requested()) {
    checks.push_back(burst_check(context));
  }
  return checks;
}

}  // namespace assay
