#include "analysis/audit_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "analysis/ceiling.hpp"
#include "analysis/dose_verdict.hpp"
#include "analysis/format.hpp"

namespace assay {
namespace {

/// Of the doctor's checks those of a state that somebody can change. What other programs take is measured during the
/// runs, which is better than a look before them; and what a machine is by nature is what is compared.
constexpr std::array<std::string_view, 9> kStateChecks{
    "batch_system", "cpu_quota", "governor", "huge_pages", "memory", "power_supply", "temperature", "turbo", "swap"};

std::string scenario_text(const RunDocument& run) {
  std::string text = run.scenario;
  if (!run.arrivals.empty()) {
    text += ", " + run.arrivals;
  }
  if (run.rate_target_hz) {
    text += ", " + format_rate(*run.rate_target_hz, "queries/s");
  }
  return text + (run.mode == "performance" ? "" : ", " + run.mode);
}

std::string window_of(const RunDocument& run) {
  return run.slo_s ? fmt::format("P{:g} within {}", 100.0 * run.percentile, format_duration(*run.slo_s))
                   : std::string("no window");
}

/// Load beyond what the bundle declares as its limits.
std::string load_of(const RunDocument& run, const SystemLimits& limits) {
  std::vector<std::string> parts;
  for (const DoseRecord& dose : run.interference) {
    const bool declared = limits.stream_bytes_per_s && dose.unit == "bytes/s";
    if (!declared) {
      parts.push_back(fmt::format("{} {:g} {} injected", dose.knob, dose.requested, dose.unit));
    }
  }
  if (run.emulated && run.emulated->name != limits.thermal) {
    parts.push_back("emulated clock of " + run.emulated->name);
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// Of the machine's CPU time, taken by injectors that belong to the run.
double injected_share(const RunDocument& run) {
  const auto cpus = static_cast<double>(std::max<std::size_t>(1, run.machine.hardware_threads.size()));
  double share = 0.0;
  for (const DoseRecord& dose : run.interference) {
    share += loaded_gpu(dose) ? 0.0 : dose.cpu_share.value_or(0.0) * static_cast<double>(dose.cpus.size()) / cpus;
  }
  return share;
}

void add_disturbance(FairnessFacts& facts, const RunDocument& run, const SystemLimits& limits, bool& all_known) {
  if (std::ranges::any_of(run.interference, is_in_own_context)) {
    all_known = false;
    facts.shares_reason = "the process that loaded the GPU took CPU time too, which was not told from that of others";
  } else if (run.steal_share && run.foreign_cpu_share) {
    facts.steal_shares.push_back(*run.steal_share);
    facts.foreign_shares.push_back(std::max(0.0, *run.foreign_cpu_share - injected_share(run)));
  } else {
    all_known = false;
    for (const auto& [place, reason] : run.not_available) {
      if (place == "quality.steal_share" || place == "quality.foreign_cpu_share") {
        facts.shares_reason = reason;
      }
    }
  }
  for (const Finding& finding : run.conditions.findings) {
    if (finding.state == CheckState::stop) {
      facts.stops.push_back(fmt::format("{}: {}", finding.check, finding.fact));
    }
    if (std::ranges::find(kStateChecks, finding.check) != kStateChecks.end()) {
      CheckState& state = facts.checks.try_emplace(finding.check, finding.state).first->second;
      if (finding.state == CheckState::warn || finding.state == CheckState::stop) {
        state = finding.state;  // the worst of all runs
      }
    }
    facts.governor_fixed = facts.governor_fixed || (finding.check == "governor" && finding.state == CheckState::ok);
  }
  for (const DoseRecord& dose : run.interference) {
    if (!dose.delivered) {
      facts.undelivered = fmt::format("{}: {}", dose.knob, dose.reason.empty() ? "below what was asked" : dose.reason);
    }
  }
  facts.load = load_of(run, limits);
}

void add_guardrails(FairnessFacts& facts, const RunDocument& run, std::size_t number) {
  if (run.interrupted) {
    facts.tripped.push_back(fmt::format("run {} was stopped early", number));
  } else if (!run.valid) {
    facts.tripped.push_back(
        fmt::format("run {} is INVALID: {}", number,
                    run.invalid_reasons.empty() ? "its file gives no reason" : run.invalid_reasons.front().message));
  }
  const bool unchecked = run.output_check.empty() || run.output_check.starts_with("none");
  if (unchecked) {
    facts.outputs = "outputs not checked";
  } else if (!run.output_check.starts_with("ok")) {
    facts.tripped.push_back(fmt::format("the output of run {}: {}", number, run.output_check));
  }
  if (!run.hash_matches) {
    facts.tripped.push_back(fmt::format("the file of run {} was changed after it was written", number));
  }
}

/// Whatever disturbs the reading of a clock makes it seem lower, so the highest of a round is the round's.
std::optional<double> clock_drop(const LoadedBundle& bundle) {
  if (!bundle.roofline) {
    return std::nullopt;
  }
  std::map<std::uint32_t, double> rounds;
  for (const RooflineSubject& subject : bundle.roofline->subjects) {
    for (const RooflineSample& sample : subject.samples) {
      const double clock = sample.clock_hz.value_or(0.0);
      if (sample.contamination == Contamination::none && std::isfinite(clock) && clock > 0.0) {
        double& highest = rounds[sample.round];
        highest = std::max(highest, clock);
      }
    }
  }
  if (rounds.size() < 2) {
    return std::nullopt;
  }
  const auto by_clock = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto [slowest, fastest] = std::minmax_element(rounds.begin(), rounds.end(), by_clock);
  return 1.0 - slowest->second / fastest->second;
}

}  // namespace

FairnessFacts fairness_facts(const std::string& letter, const LoadedBundle& bundle, const LighthouseRuns& chosen) {
  FairnessFacts facts{.letter = letter, .no_runs = chosen.reason};
  for (const std::string& problem : bundle.problems) {
    facts.tripped.push_back(problem);
  }
  if (chosen.runs.empty()) {
    return facts;
  }
  const RunDocument& first = *chosen.runs.front();
  facts.workload = workload_text(first);
  facts.scenario = scenario_text(first);
  facts.work_flops = first.work_flops;
  facts.traffic_bytes = first.traffic_bytes;
  facts.build_type = first.tool.build_type;
  facts.repeats = chosen.runs.size();
  facts.rule = fmt::format("at least {} and {} {} each", format_duration(first.min_duration_s),
                           format_count(first.min_query_count), first.min_query_count == 1 ? "query" : "queries");
  facts.least_samples = facts.most_samples = first.sample_count;
  facts.window = window_of(first);
  if (!chosen.tail_runs.empty() && chosen.tail_step != chosen.step) {
    facts.window += fmt::format(", in step {} {}", chosen.tail_step, window_of(*chosen.tail_runs.front()));
  }
  bool all_known = true;
  for (std::size_t i = 0; i < chosen.runs.size(); ++i) {
    const RunDocument& run = *chosen.runs[i];
    facts.synthetic = facts.synthetic || run.synthetic;
    facts.warm_up_s.push_back(run.warm_up_s);
    facts.least_samples = std::min(facts.least_samples, run.sample_count);
    facts.most_samples = std::max(facts.most_samples, run.sample_count);
    add_disturbance(facts, run, bundle.record.limits, all_known);
    add_guardrails(facts, run, i + 1);
  }
  if (!all_known) {
    facts.steal_shares.clear();
    facts.foreign_shares.clear();
  }
  facts.clock_drop = clock_drop(bundle);
  facts.soft = {{"assay", fmt::format("{} ({})", first.tool.version, first.tool.revision)},
                {"compiler", first.tool.compiler},
                {"system", first.machine.operating_system},
                {"kernel of the system", first.machine.kernel_release},
                {"observer", first.observer},
                {"suite", bundle.record.suite}};
  return facts;
}

}  // namespace assay
