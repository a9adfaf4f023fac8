#include "harness/doctor_verdict.hpp"

#include <fmt/format.h>

#include <cmath>

namespace assay {
namespace {

constexpr double kThroughputShare = 0.05;
constexpr double kUselessShare = 0.50;

/// Who runs in the gaps, as far as the evidence goes.
std::string culprit(const JitterReport& report, const VerdictContext& context) {
  constexpr double kNoticeable = 0.05;
  if (context.shares && context.shares->steal > kNoticeable && context.shares->steal > report.lost_share() / 2) {
    return "the hypervisor, which took CPU time";
  }
  if (context.shares && context.shares->foreign > kNoticeable) {
    return "the other work on this machine";
  }
  return context.virtual_machine ? "this VM's scheduler" : "this machine's interrupts and scheduler";
}

std::string evidence(const JitterReport& report) {
  if (report.gaps_over_1us == 0) {
    return "no gap above 1 us";
  }
  return fmt::format("gaps up to {}, {:.2g} % of the time lost", short_duration(report.max_gap),
                     100 * report.lost_share());
}

}  // namespace

std::string short_duration(Nanoseconds duration) {
  const auto value = static_cast<double>(duration.count());
  struct Unit {
    double size;
    const char* name;
  };
  for (const Unit unit : {Unit{1e9, "s"}, Unit{1e6, "ms"}, Unit{1e3, "us"}}) {
    // From 0.095 of a unit on, so that 0.4 ms is written as such, but nothing shorter.
    if (value >= 0.095 * unit.size) {
      const double amount = value / unit.size;
      // %g would write 120 as 1.2e+02.
      return amount >= 10 ? fmt::format("{:.0f} {}", amount, unit.name) : fmt::format("{:.2g} {}", amount, unit.name);
    }
  }
  return fmt::format("{} ns", duration.count());
}

std::string verdict_of(const JitterReport& report, const VerdictContext& context) {
  const double lost = report.lost_share();
  const std::string who = culprit(report, context);
  if (lost > kUselessShare) {
    return fmt::format("Not fit for recorded runs: {} left a spinning thread less than half of its CPU ({}).", who,
                       evidence(report));
  }
  const std::string throughput = lost > kThroughputShare
                                     ? fmt::format("Throughput reads up to {:.0f} % low", std::ceil(100 * lost))
                                     : "Fine for throughput";
  const Nanoseconds below = dominated_below(report);
  if (below == Nanoseconds::zero()) {
    return fmt::format("{}, and P99 of queries from 10 us to {} is not dominated by this host ({}).", throughput,
                       short_duration(longest_judged_work(report)), evidence(report));
  }
  // The grid has eight steps an octave: an answer within the last step means that the end was reached.
  const bool open_ended = below * 11 / 10 > longest_judged_work(report);
  return fmt::format("{}; P99 of queries shorter than {} {} will be dominated by {} ({}).", throughput,
                     open_ended ? "at least" : "about", short_duration(below), who, evidence(report));
}

}  // namespace assay
