#include "lab/flow/bundle_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/audit_figures.hpp"
#include "analysis/audit_roofs.hpp"
#include "analysis/audit_system.hpp"

namespace assay {
namespace {

/// The system as an audit sees it, with the roofs of its own lighthouse.
AuditSystem system_of(const LoadedBundle& bundle) {
  AuditSystem system = measured_system("", {.bundle = bundle}, lighthouse_runs(bundle));
  if (bundle.roofline) {
    system.roofs = measured_roofs(*bundle.roofline, fit_roofline(*bundle.roofline), roof_request(system.lighthouse));
  } else {
    system.roofs.reason = "its bundle holds no roofline";
  }
  return system;
}

void keep(RunFacts& facts, const char* name, const EstimateRecord& estimate) {
  if (estimate.point) {
    facts.figures[name] = estimate;
  }
}

/// What an audit looks at: the runs of the lighthouse, and whether the folder holds what it says.
void take_verdicts(RunFacts& facts, const LoadedBundle& bundle, const AuditSystem& system) {
  const auto add = [&](const std::string& code) {
    if (std::ranges::find(facts.invalid_codes, code) == facts.invalid_codes.end()) {
      facts.invalid_codes.push_back(code);
    }
  };
  for (const BundleEntry& entry : bundle.record.entries) {
    if (entry.step == system.lighthouse.step) {
      std::ranges::for_each(entry.invalid_codes, add);
    }
  }
  if (!bundle.record.complete) {
    add("incomplete");
  }
  if (!bundle.problems.empty() || !bundle.record.hash_matches) {
    add("files_changed");
  }
  facts.honest = bundle.record.complete && bundle.problems.empty() && bundle.record.hash_matches;
  facts.valid = facts.honest && facts.invalid_codes.empty();
}

}  // namespace

RunFacts bundle_facts(const LoadedBundle& bundle) {
  const AuditSystem system = system_of(bundle);
  RunFacts facts{.kind = "bundle",
                 .id = system.source,
                 .what = fmt::format("{} on {}: {}", kind_text(system), system.name,
                                     system.lighthouse.workload.empty() ? "no lighthouse" : system.lighthouse.workload),
                 .interrupted = bundle.record.interrupted,
                 .mark = system.kind == SystemKind::envelope ? kind_text(system) : ""};
  take_verdicts(facts, bundle, system);
  std::string roofs = "roofs not available: " + system.roofs.reason;
  if (system.roofs.reason.empty()) {
    keep(facts, "peak", system.roofs.peak);
    keep(facts, "bandwidth", system.roofs.bandwidth);
    roofs = fmt::format("peak {}, {} bandwidth {}", peak_text(system.roofs), system.roofs.level,
                        bandwidth_text(system.roofs));
  }
  keep(facts, "throughput", system.throughput.value);
  keep(facts, "p99_s", system.p99.value);
  facts.sentences.push_back(fmt::format("{}: {}; lighthouse {}.", kind_text(system), roofs,
                                        system.throughput.value.point
                                            ? throughput_text(system.throughput.value)
                                            : "not available: " + system.throughput.value.reason));
  return facts;
}

}  // namespace assay
