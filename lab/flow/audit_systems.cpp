#include "lab/flow/audit_systems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "lab/audit_making.hpp"
#include "lab/bundle_scan.hpp"
#include "lab/flow/lab_refusal.hpp"
#include "lab/measurement.hpp"
#include "lab/result_index.hpp"
#include "scenarios/datasheets.hpp"

namespace assay {
namespace {

/// The first two runs that measure a system, or fewer.
std::vector<std::string> system_runs(const FlowPart& part) {
  std::vector<std::string> ids;
  for (const FlowRun& run : part.runs) {
    if (run.kind == FlowRun::Kind::suite && ids.size() < 2) {
      ids.push_back(run.id);
    }
  }
  return ids;
}

/// A part with an audit is open.
bool audits_now(const LabState& state) {
  for (std::size_t number = 1; number <= state.flow().parts.size(); ++number) {
    const std::vector<FlowRun>& runs = state.part(number).runs;
    if (state.locked(number) && std::ranges::find(runs, FlowRun::Kind::audit, &FlowRun::kind) != runs.end()) {
      return true;
    }
  }
  return false;
}

std::string title_of(const FoundBundle& found) {
  const BundleSummary& bundle = found.summary;
  return fmt::format("{}{}, suite {}, {}{}", bundle.identity.label,
                     bundle.limits.empty() ? "" : ", ENVELOPE " + bundle.limits, bundle.suite,
                     bundle.created.substr(0, 16), bundle.sound() ? "" : ", not VALID as a whole");
}

}  // namespace

const LabRun* measured_system_of(const LabState& state, std::size_t part, const std::string& run) {
  const LabRun* newest = nullptr;
  for (const LabRun* const made : state.evidence(part)) {
    if (made->start.run == run && made->facts.kind == "bundle" && made->facts.honest && !made->facts.interrupted) {
      newest = made;
    }
  }
  return newest;
}

std::array<const LabRun*, 2> default_systems(const LabState& state, std::size_t part) {
  std::array<const LabRun*, 2> systems{};
  const std::vector<std::string> runs = system_runs(state.part(part));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    systems.at(i) = measured_system_of(state, part, runs[i]);
  }
  return systems;
}

std::vector<SystemOffer> offered_systems(const LabState& state, std::size_t part,
                                         const std::vector<SystemOffer>& elsewhere) {
  std::vector<SystemOffer> offers;
  if (!state.locked(part)) {
    return offers;
  }
  for (const FlowRun& run : state.part(part).runs) {
    const LabRun* const made = measured_system_of(state, part, run.id);
    if (made != nullptr) {
      offers.push_back({.id = run.id, .title = fmt::format("{}: {}", run.title, made->facts.what)});
    }
  }
  offers.insert(offers.end(), elsewhere.begin(), elsewhere.end());
  for (const Datasheet& sheet : shipped_datasheets()) {
    offers.push_back({.id = fmt::format("{}{}", kDatasheetPrefix, sheet.id),
                      .title = fmt::format("{} (datasheet, not measured)", sheet.title),
                      .is_datasheet = true});
  }
  return offers;
}

std::vector<SystemOffer> systems_elsewhere(const LabState& state) {
  constexpr std::size_t kMost = 20;
  const std::filesystem::path root = MeasurementOptions{}.folder;
  std::vector<SystemOffer> offers;
  std::error_code ignored;
  if (!audits_now(state) || !std::filesystem::is_directory(root, ignored)) {
    return offers;
  }
  ResultIndex index(cache_folder(), [](const std::string& /*line*/) {});  // only a cache: without it, files are read
  std::vector<FoundBundle> found;
  try {
    found = scan_bundles(root, index).bundles;
  } catch (const CommandError&) {
    return offers;  // a folder that cannot be read offers nothing
  }
  sort_oldest_first(found);
  std::reverse(found.begin(), found.end());
  // A comma separates two systems where they are named.
  std::erase_if(found, [](const FoundBundle& bundle) { return bundle.place.find(',') != std::string::npos; });
  found.resize(std::min(found.size(), kMost));
  for (const FoundBundle& bundle : found) {
    offers.push_back({.id = (root / bundle.place).lexically_normal().generic_string(), .title = title_of(bundle)});
  }
  return offers;
}

void require_default_systems(const LabState& state, std::size_t part) {
  const std::array<const LabRun*, 2> systems = default_systems(state, part);
  const std::vector<std::string> runs = system_runs(state.part(part));
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (systems.at(i) != nullptr) {
      continue;
    }
    throw LabRefusal(RefusalReason::not_yet,
                     i < runs.size() ? fmt::format("an audit holds two systems against each other, and {} was not "
                                                   "measured yet: assay lab run --part {} {}; or name two others with "
                                                   "--systems A,B",
                                                   runs[i], part, runs[i])
                                     : "an audit holds two systems against each other: name them with --systems A,B");
  }
}

}  // namespace assay
