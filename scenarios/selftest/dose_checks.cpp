#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/selftest_judgement.hpp"
#include "harness/file_source.hpp"
#include "harness/jitter_probe.hpp"
#include "harness/realtime.hpp"
#include "harness/thread_placement.hpp"
#include "scenarios/interference/interference.hpp"
#include "scenarios/selftest/dose_rounds.hpp"
#include "scenarios/selftest/selftest_checks.hpp"

namespace assay {

namespace {

/// What a thread that never pauses lost on the CPU of the injectors, round by round, and what the instrument booked.
struct DoseSeen {
  std::vector<DoseRound> rounds;
  std::string scheduling;  ///< of the injector
  double window_s = 0.0;   ///< of all rounds, with the dose
  double steal = 0.0;

  [[nodiscard]] double booked() const {
    double sum = 0.0;
    for (const DoseRound& round : rounds) {
      sum += round.booked;
    }
    return sum / static_cast<double>(rounds.size());
  }
};

/// The victim is SCHED_FIFO, as the systems of the other checks are: above all ordinary threads and below the
/// injectors. An ordinary one loses time to every thread that wakes up beside it, which would be charged to the dose.
/// Measured: bursts of 1.0008 ms (1.0004 ms of CPU time) took 1.21 ms from an ordinary one on a quiet guest, and 1.03
/// ms from this one on a busy one; the two were not compared on one guest that was quiet.
JitterReport spin_on(const SelftestPlace& place, const Clock& clock, Nanoseconds duration) {
  JitterReport report;
  std::exception_ptr failure;
  std::thread thread([&] {
    try {
      pin_this_thread(place.system_cpu);
      if (place.fifo_priority > 0) {
        (void)take_realtime_priority(place.fifo_priority);
      }
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

/// Linux stalls real-time threads that leave nothing of a second to others (sched_rt_runtime_us).
void let_others_run(Nanoseconds busy) {
  std::this_thread::sleep_for(std::max<Nanoseconds>(busy / 4, std::chrono::milliseconds{30}));
}

/// One round. Booked is read at the victim's end: bursts of a window that is longer are not those which it saw.
DoseRound see_round(const SelftestContext& context, const InterferenceRequest& request, std::uint64_t number,
                    DoseSeen& seen) {
  constexpr Nanoseconds kWithout = std::chrono::milliseconds{200};
  constexpr Nanoseconds kWith = std::chrono::milliseconds{600};
  const SteadyClock clock(context.place.wait);
  const JitterReport without = spin_on(context.place, clock, kWithout);
  let_others_run(kWithout);
  JitterReport with;
  DoseRecord booked;
  {
    Interference interference({.request = request,
                               .place = {.victim_cpus = {context.place.system_cpu},
                                         .issuing_cpus = {context.place.issuing_cpu},
                                         .allowed_cpus = context.place.instrument.machine.allowed_cpus()},
                               .seed = context.request.seed + number,
                               .time_limit = std::chrono::minutes{1}},
                              clock);
    interference.begin_window();
    with = spin_on(context.place, clock, kWith);
    booked = interference.doses().front();
  }
  let_others_run(kWith);
  seen.scheduling = booked.scheduling;
  seen.window_s += seconds(with.duration);
  return {
      .lost_with = with.lost_share(), .lost_without = without.lost_share(), .booked = booked.achieved.value_or(0.0)};
}

/// Rounds with and without take turns: what the machine itself takes changes from one second to the next.
DoseSeen see_dose(const SelftestContext& context, const InterferenceRequest& request) {
  constexpr std::uint64_t kRounds = 6;
  const SystemFiles files;
  const auto before = read_cpu_times(files);
  DoseSeen seen;
  for (std::uint64_t round = 0; round < kRounds && !context.stop.stop_requested(); ++round) {
    seen.rounds.push_back(see_round(context, request, round, seen));
  }
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
  const double lost = median_lost_without(seen.rounds);
  if (lost > kQuietLoss) {
    return fmt::format("others took {} of this CPU while nothing was injected (at most {})", format_percent(lost),
                       format_percent(kQuietLoss));
  }
  if (seen.steal > kQuietSteal) {
    return fmt::format("the hypervisor took {} of the CPU time", format_percent(seen.steal));
  }
  return std::nullopt;
}

/// Fills verdict and evidence. `delivered`: the instrument booked what was asked for.
void judge_dose(SelftestCheck& check, const DoseSeen& seen, DoseJudgement effect, bool delivered) {
  if (const auto premise = broken_premise(seen)) {
    check.evidence = *premise;
    return;
  }
  const bool passed = delivered && effect == DoseJudgement::right;
  if (!passed && !seen.scheduling.starts_with("SCHED_FIFO")) {
    check.evidence += ": without SCHED_FIFO the scheduler decides when the injector runs";
    return;
  }
  if (delivered && effect == DoseJudgement::cannot_tell) {
    check.evidence += ": the rounds differ too much to tell";
    return;
  }
  check.verdict = passed ? SelftestVerdict::pass : SelftestVerdict::fail;
}

SelftestCheck share_check(const SelftestContext& context, double share) {
  const std::string percent = fmt::format("{:.0f}", 100.0 * share);
  context.phase("dose: background " + percent + " %", std::chrono::seconds{6});
  SelftestCheck check{.id = "dose.background." + percent,
                      .title = fmt::format("injected load: {} % of a CPU", percent),
                      .unit = "share",
                      .truth = share};
  const DoseSeen seen = see_dose(context, {.background_share = share});
  if (context.stop.stop_requested()) {  // fewer rounds than the judgement is made for
    return check_not_made(check.id, check.title, check.unit, "interrupted");
  }
  const double tolerance = std::max(0.02, 0.1 * share);  // as fill_dose() has it
  const DoseEffect taken = share_taken(seen.rounds);
  check.measured = {.point = seen.booked(),
                    .lower = share - tolerance,
                    .upper = share + tolerance,
                    .confidence = 1.0,
                    .reason = "the limits are those within which a dose counts as delivered"};
  check.evidence = fmt::format("it took {} from the victim ({} to {} in {} rounds), which lost {} without; injector {}",
                               format_percent(taken.median), format_percent(taken.least), format_percent(taken.most),
                               seen.rounds.size(), format_percent(median_lost_without(seen.rounds)), seen.scheduling);
  judge_dose(check, seen, judge_effect(taken, seen.booked(), tolerance), std::abs(seen.booked() - share) <= tolerance);
  return check;
}

SelftestCheck burst_check(const SelftestContext& context) {
  constexpr double kRate = 100.0;
  constexpr Nanoseconds kLength = std::chrono::milliseconds{1};
  context.phase("dose: bursts", std::chrono::seconds{6});
  SelftestCheck check{
      .id = "dose.bursts", .title = "injected bursts: 100 a second of 1 ms", .unit = "1/s", .truth = kRate};
  const DoseSeen seen = see_dose(context, {.noise = NoiseDose{.rate_per_s = kRate, .length = kLength}});
  if (context.stop.stop_requested()) {  // fewer rounds than the judgement is made for
    return check_not_made(check.id, check.title, check.unit, "interrupted");
  }
  // Poisson: three standard deviations of the number in the window, and two bursts that fall into one gap.
  const double tolerance = std::max(0.1 * kRate, 3.0 * std::sqrt(kRate / seen.window_s));
  check.measured = {.point = seen.booked(),
                    .lower = kRate - tolerance,
                    .upper = kRate + tolerance,
                    .confidence = 0.997,
                    .reason = "the limits are three standard deviations of a Poisson number, at least 10 %"};
  const DoseEffect taken = seconds_taken_per_event(seen.rounds);
  check.evidence =
      fmt::format("a burst took {} from the victim ({} to {} in {} rounds), which lost {} without; injector {}",
                  format_duration(taken.median), format_duration(taken.least), format_duration(taken.most),
                  seen.rounds.size(), format_percent(median_lost_without(seen.rounds)), seen.scheduling);
  constexpr double kNear = 0.15;  // a burst also costs an interrupt, two switches and cold caches
  judge_dose(check, seen, judge_effect(taken, seconds(kLength), kNear * seconds(kLength)),
             std::abs(seen.booked() - kRate) <= tolerance);
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
