#include "scenarios/selftest/selftest.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>
#include <utility>

#include "analysis/format.hpp"
#include "analysis/selftest_judgement.hpp"
#include "harness/clock_quality.hpp"
#include "harness/file_source.hpp"
#include "harness/realtime.hpp"
#include "harness/steady_clock.hpp"
#include "harness/thread_affinity.hpp"
#include "harness/thread_placement.hpp"
#include "scenarios/selftest/selftest_checks.hpp"

namespace assay {

namespace {

SelftestPlace place_on(const ThreadPlacement& placement, const RunDocument& instrument) {
  SelftestPlace place{.issuing_cpu = placement.issuing_cpus.front(),
                      .system_cpu = placement.worker_cpus.front(),
                      .wait = {},
                      .instrument = instrument};
  SteadyClock clock;
  place.instrument.placement = placement;
  place.instrument.clock = measure_clock_quality(clock);
  constexpr Nanoseconds kAlways = std::chrono::hours{1};
  // The systems answer within a millisecond: the generator need never sleep for an answer, only for the schedule.
  constexpr int kPriority = 50;  // above every ordinary thread, below the kernel's own and the injectors
  place.fifo_priority = realtime_refusal(kPriority, SystemFiles{}) ? 0 : kPriority;
  place.wait = {.spin_margin = place.instrument.clock.spin_margin, .signal_spin = kAlways};
  return place;
}

/// A group that throws is no reason to lose the others: it says so in a row of its own.
void add(std::vector<SelftestCheck>& checks, const std::string& group,
         const std::function<std::vector<SelftestCheck>()>& make) {
  try {
    std::ranges::move(make(), std::back_inserter(checks));
  } catch (const std::exception& error) {
    checks.push_back(check_not_made(group, group, "", error.what()));
  }
}

/// Both CPUs are needed, and a thread that plays the system must not share its own.
std::vector<SelftestCheck> not_with_one_cpu(const std::string& why) {
  return {check_not_made("laws", "systems with a known law", "s", why),
          check_not_made("dose", "injected load", "share", why)};
}

}  // namespace

std::string machine_state_between(const std::optional<CpuTimes>& before, const std::optional<CpuTimes>& after) {
  if (before && after) {
    if (const auto load = load_between(*before, *after, sysconf(_SC_CLK_TCK))) {
      return fmt::format("others took {} of the machine's CPU time, the hypervisor {}", format_percent(load->foreign),
                         format_percent(load->steal));
    }
  }
  return "/proc/stat does not tell who else ran";
}

const std::vector<std::string>& selftest_groups() {
  static const std::vector<std::string> groups{"laws", "dose", "coverage", "clock"};
  return groups;
}

SelftestOutcome run_selftest(const SelftestRequest& request, const RunDocument& instrument, const std::stop_token& stop,
                             const SelftestObserver& observer) {
  const std::vector<int> allowed = cpus_of_this_thread();
  const ThreadPlacement placement = choose_placement(instrument.machine, {.issuing_threads = 1, .worker_threads = 1});
  const SelftestPlace place = place_on(placement, instrument);
  const SelftestContext context{.request = request, .place = place, .stop = stop, .observer = observer};
  std::vector<SelftestCheck> checks;
  std::vector<KnownRuns> runs;
  const auto wanted = [&](const char* group) { return request.only.empty() || request.only == group; };
  if (placement.shared && (wanted("laws") || wanted("dose"))) {
    add(checks, "laws",
        [&] { return not_with_one_cpu("the generator and the system need a CPU each: " + placement.why); });
  }
  if (!placement.shared && wanted("laws")) {
    add(checks, "laws", [&] { return law_checks(context, runs); });
    add(checks, "stamps", [&] { return stamp_checks(runs); });
    add(checks, "lateness", [&] { return lateness_checks(context, runs); });
    add(checks, "compare", [&] { return comparison_checks(context, runs); });
  }
  if (!placement.shared && wanted("dose")) {
    add(checks, "dose", [&] { return dose_checks(context); });
  }
  if (wanted("coverage")) {
    add(checks, "coverage", [&] { return std::vector{burst_coverage_check(context)}; });
  }
  if (wanted("clock")) {
    add(checks, "clock", [&] { return clock_checks(context); });
  }
  (void)allow_this_thread(allowed);
  return {.checks = std::move(checks),
          .scheduling = place.fifo_priority > 0 ? fmt::format("SCHED_FIFO {}", place.fifo_priority)
                                                : "the normal scheduler: SCHED_FIFO was refused"};
}

}  // namespace assay
