#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/audit_facts.hpp"
#include "analysis/audit_figures.hpp"
#include "analysis/format.hpp"

namespace assay {
namespace {

bool same_work(const RunDocument& a, const RunDocument& b) {
  return a.workload == b.workload && a.workload_version == b.workload_version &&
         a.workload_parameters == b.workload_parameters;
}

/// The first step in the order of the bundle with the same work in that scenario and nothing injected that the other
/// has not.
std::string step_with(const LoadedBundle& bundle, const RunDocument& like, std::string_view scenario) {
  for (const BundledRun& one : bundle.runs) {
    const bool same_load = one.run.interference.size() == like.interference.size();
    if (one.run.scenario == scenario && same_work(one.run, like) && same_load && !one.run.soak) {
      return one.entry.step;
    }
  }
  return {};
}

std::string named_step(const LoadedBundle& bundle, std::vector<std::string>& notes) {
  if (!bundle.record.lighthouse_step.empty()) {
    return bundle.record.lighthouse_step;
  }
  for (const BundledRun& one : bundle.runs) {
    if (one.run.scenario == "offline") {
      notes.push_back(
          fmt::format("the suite names no lighthouse: its first Offline step, {}, is taken", one.entry.step));
      return one.entry.step;
    }
  }
  return {};
}

bool counts(const RunDocument& run) { return run.valid && !run.interrupted; }

}  // namespace

LighthouseRuns lighthouse_runs(const LoadedBundle& bundle) {
  LighthouseRuns chosen;
  const std::string named = named_step(bundle, chosen.notes);
  if (named.empty()) {
    chosen.reason = "the suite names no lighthouse and has no Offline step";
    return chosen;
  }
  chosen.step = named;
  chosen.runs = bundle.runs_of(named);
  if (chosen.runs.empty()) {
    chosen.reason = fmt::format("the bundle holds no readable run of its lighthouse, step {}", named);
    return chosen;
  }
  const RunDocument& first = *chosen.runs.front();
  if (first.scenario != "offline") {
    chosen.tail_step = named;
    chosen.tail_runs = chosen.runs;
  }
  if (first.scenario == "server") {
    if (const std::string offline = step_with(bundle, first, "offline"); !offline.empty()) {
      chosen.notes.push_back(fmt::format(
          "a Server run does as much as it is asked to: the throughput is that of step {}, the same work in Offline",
          offline));
      chosen.step = offline;
      chosen.runs = bundle.runs_of(offline);
    } else {
      chosen.notes.emplace_back(
          "the throughput is that of a Server run, which does as much as it is asked to: no capacity");
    }
  }
  for (const std::string_view scenario : {"server", "multi", "single"}) {
    if (chosen.tail_step.empty()) {
      chosen.tail_step = step_with(bundle, first, scenario);
      chosen.tail_runs = bundle.runs_of(chosen.tail_step);
    }
  }
  return chosen;
}

std::string workload_text(const RunDocument& run) {
  std::string text = fmt::format("{} v{}", run.workload, run.workload_version);
  for (const auto& [name, value] : run.workload_parameters) {
    text += fmt::format(", {}={}", name, value);
  }
  return text;
}

AuditLighthouse lighthouse_of(const LighthouseRuns& chosen) {
  AuditLighthouse lighthouse{.step = chosen.step, .tail_step = chosen.tail_step, .reason = chosen.reason};
  if (chosen.runs.empty()) {
    return lighthouse;
  }
  const RunDocument& first = *chosen.runs.front();
  lighthouse.workload = clipped(workload_text(first));
  lighthouse.scenario = first.scenario;
  const auto dtype = first.workload_parameters.find("dtype");
  lighthouse.dtype = dtype == first.workload_parameters.end() ? "" : dtype->second;
  lighthouse.threads = std::max<std::size_t>(1, first.placement.worker_cpus.size());
  if (first.work_flops && *first.work_flops > 0) {
    lighthouse.work_per_sample = static_cast<double>(*first.work_flops);
  }
  if (first.traffic_bytes && *first.traffic_bytes > 0) {
    lighthouse.bytes_per_sample = static_cast<double>(*first.traffic_bytes);
  }
  if (lighthouse.work_per_sample && lighthouse.bytes_per_sample) {
    lighthouse.intensity = *lighthouse.work_per_sample / *lighthouse.bytes_per_sample;
  }
  for (const RunDocument* run : chosen.runs) {
    if (counts(*run) && run->samples_per_s.value_or(0.0) > 0.0) {
      lighthouse.samples_per_s.push_back(*run->samples_per_s);
    }
  }
  for (const RunDocument* run : chosen.tail_runs) {
    const auto p99 = run->latency.percentiles_s.find("p99");
    const bool is_there = p99 != run->latency.percentiles_s.end() && p99->second.point.value_or(0.0) > 0.0;
    if (!run->interrupted && is_there) {  // a run whose only fault is its window has a tail all the same
      lighthouse.p99_s.push_back(*p99->second.point);
    }
  }
  return lighthouse;
}

}  // namespace assay
