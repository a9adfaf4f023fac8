#include "analysis/audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "analysis/audit_crossover.hpp"
#include "analysis/audit_memo.hpp"
#include "analysis/audit_pareto.hpp"
#include "analysis/audit_roofs.hpp"
#include "analysis/audit_system.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {
namespace {

constexpr std::size_t kMostSystems = 26;  // a letter each

void add_systems(AuditRecord& record, const std::vector<AuditInput>& inputs) {
  std::vector<FairnessFacts> facts;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string letter(1, static_cast<char>('A' + i));
    if (!inputs[i].bundle) {
      record.systems.push_back(datasheet_system(letter, inputs[i]));
      continue;
    }
    const LoadedBundle& bundle = *inputs[i].bundle;
    const LighthouseRuns chosen = lighthouse_runs(bundle);
    record.systems.push_back(measured_system(letter, inputs[i], chosen));
    facts.push_back(fairness_facts(letter, bundle, chosen));
    for (const std::string& note : chosen.notes) {
      record.notes.push_back(fmt::format("{}: {}", letter, note));
    }
    if (!bundle.record.complete || bundle.record.interrupted) {
      record.notes.push_back(fmt::format("{}: its bundle is not complete; steps may be missing", letter));
    }
  }
  record.fairness = fairness_index(facts);
}

/// The lighthouse of the audit: that of the first system that has one.
const AuditLighthouse* common_lighthouse(const AuditRecord& record) {
  const auto found =
      std::ranges::find_if(record.systems, [](const AuditSystem& s) { return s.lighthouse.intensity.has_value(); });
  return found == record.systems.end() ? nullptr : &found->lighthouse;
}

RoofRequest request_for(const AuditSystem& system, const AuditLighthouse* common, const AuditOptions& options) {
  const AuditLighthouse& own = system.measured() && system.lighthouse.intensity ? system.lighthouse
                               : common != nullptr                              ? *common
                                                                                : system.lighthouse;
  RoofRequest request = roof_request(own);
  request.dtype = options.dtype.empty() ? request.dtype : options.dtype;
  request.level = options.level;
  return request;
}

void add_roofs(AuditRecord& record, const std::vector<AuditInput>& inputs, const AuditOptions& options) {
  const AuditLighthouse* const common = common_lighthouse(record);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    AuditSystem& system = record.systems[i];
    const RoofRequest request = request_for(system, common, options);
    if (inputs[i].datasheet) {
      system.roofs = stated_roofs(*inputs[i].datasheet, request);
    } else if (inputs[i].bundle->roofline) {
      system.roofs = measured_roofs(*inputs[i].bundle->roofline, fit_roofline(*inputs[i].bundle->roofline), request);
    } else {
      system.roofs.reason = "its bundle holds no roofline; add a roofline step to the suite";
    }
    // Without a lighthouse the prediction is of the intensity alone: a sample is then one unit of work.
    const std::optional<double> intensity = system.lighthouse.intensity ? system.lighthouse.intensity
                                            : common != nullptr         ? common->intensity
                                                                        : options.intensity;
    if (!intensity) {
      system.predicted.value.reason = "no lighthouse declares work and traffic; --intensity gives one";
      continue;
    }
    const double work =
        system.lighthouse.work_per_sample.value_or(common != nullptr ? common->work_per_sample.value_or(1.0) : 1.0);
    predict(system, *intensity, work);
    system.lighthouse.intensity = intensity;
    system.lighthouse.work_per_sample = work;
  }
}

std::string kinds_line(const std::vector<AuditSystem>& systems) {
  std::string list;
  std::set<std::string> machines;
  std::size_t measured = 0;
  std::set<SystemKind> kinds;
  for (const AuditSystem& system : systems) {
    list += (list.empty() ? "" : ", ") + title_of(system);
    kinds.insert(system.kind);
    if (system.measured()) {
      ++measured;
      machines.insert(system.machine_id);
    }
  }
  std::string line = kinds.size() > 1 ? "systems of different kinds: " + list : "systems: " + list;
  if (measured > 1 && machines.size() == 1 && !machines.begin()->empty()) {
    line += "; what was measured is one machine";
  }
  return line;
}

void add_conclusions(AuditRecord& record, const AuditOptions& options, const std::string& metric) {
  for (std::size_t a = 0; a < record.systems.size(); ++a) {
    for (std::size_t b = a + 1; b < record.systems.size(); ++b) {
      record.crossovers.push_back(crossover_of(record.systems, a, b));
      record.comparisons.push_back(compared(record.systems, a, b));
    }
  }
  record.claim =
      audit_claim(record.systems[0], record.systems[1], claim_from_text(options.claim, metric), record.fairness);
  record.axes = audit_axes(options.axes, record.systems);
  record.pareto = pareto_points(record.systems, record.axes);
  record.ranking = audit_ranking(record.systems, record.fairness);
  record.metrics = audit_metrics(record.systems, metric);
  record.memo = audit_memo(record);
}

void refuse_same(const std::vector<AuditInput>& inputs) {
  std::set<std::string> seen;
  for (const AuditInput& input : inputs) {
    const std::string id = input.bundle ? "bundle " + input.bundle->record.id : "datasheet " + input.datasheet->id;
    if (!seen.insert(id).second) {
      throw std::invalid_argument(
          fmt::format("{} is named twice: an audit compares different systems", printable(id, 60)));
    }
  }
}

}  // namespace

AuditRecord audit(const std::vector<AuditInput>& inputs, const AuditOptions& options) {
  if (inputs.size() < 2 || inputs.size() > kMostSystems) {
    throw std::invalid_argument(fmt::format("an audit takes 2 to {} systems, not {}", kMostSystems, inputs.size()));
  }
  if (options.intensity && !(*options.intensity > 0.0 && *options.intensity < 1e12)) {
    throw std::invalid_argument("--intensity: flop per byte, above 0, such as 0.5");
  }
  (void)claim_from_text(options.claim, "throughput");
  refuse_same(inputs);
  AuditRecord record{.created = options.created, .tool = options.tool};
  add_systems(record, inputs);
  add_roofs(record, inputs, options);
  record.first_line = kinds_line(record.systems);
  std::string metric;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].bundle && metric.empty()) {
      metric = inputs[i].bundle->record.metric;
      record.track = inputs[i].bundle->record.track;
      record.lighthouse = record.systems[i].lighthouse.workload;
    }
  }
  constexpr std::array kMetrics{"throughput", "p99", "fps_per_watt", "usd_per_token"};
  if (std::ranges::find(kMetrics, metric) == kMetrics.end()) {
    metric = "throughput";  // a bundle's word is untrusted, and another metric is none of ours
  }
  add_conclusions(record, options, metric);
  return record;
}

}  // namespace assay
