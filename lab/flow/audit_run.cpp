#include "lab/flow/audit_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "analysis/audit_charts.hpp"
#include "analysis/audit_html.hpp"
#include "analysis/audit_json.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "lab/audit_making.hpp"
#include "lab/flow/audit_evidence.hpp"
#include "lab/flow/audit_systems.hpp"
#include "lab/flow/lab_refusal.hpp"
#include "lab/flow/run_attachments.hpp"
#include "lab/json_output.hpp"
#include "lab/suite_plan.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSystems = 2;

/// The folder of a bundle of this lab, which must still be what the ledger says of it.
std::string place_of(const LabSession& session, const LabRun& run) {
  const fs::path file = session.folder() / run.file;
  if (sha256_hex(read_untrusted_file(file)) != run.sha256) {
    throw CommandError(ExitCode::file, fmt::format("{}: was changed after it was measured; measure {} again",
                                                   file.string(), run.start.run));
  }
  return file.parent_path().string();
}

std::string shown_place(const LabSession& session, const std::string& place) {
  const fs::path inside = fs::path(place).lexically_relative(session.folder());
  return !inside.empty() && *inside.begin() != ".." ? inside.generic_string() : without_folders(place);
}

}  // namespace

std::vector<std::string> audit_places(const LabSession& session, const LabState& state, std::size_t part,
                                      const std::vector<std::string>& systems) {
  std::vector<std::string> places;
  if (systems.empty()) {
    require_default_systems(state, part);
    for (const LabRun* const run : default_systems(state, part)) {
      places.push_back(place_of(session, *run));
    }
    return places;
  }
  if (systems.size() != kSystems) {
    throw LabRefusal(RefusalReason::bad_value,
                     fmt::format("--systems: name two, such as --systems system_a,datasheet:h200; {} {} named",
                                 systems.size(), systems.size() == 1 ? "is" : "are"));
  }
  for (const std::string& system : systems) {
    const FlowRun* const run = state.part(part).run(system);
    if (run == nullptr || run->kind != FlowRun::Kind::suite) {
      places.push_back(system);
      continue;
    }
    const LabRun* const made = measured_system_of(state, part, system);
    if (made == nullptr) {
      throw LabRefusal(RefusalReason::not_yet,
                       fmt::format("{} was not measured yet: assay lab run --part {} {}", system, part, system));
    }
    places.push_back(place_of(session, *made));
  }
  return places;
}

LabAudit make_lab_audit(const LabSession& session, const std::vector<std::string>& places, Console& console) {
  LabAudit made{.record = {}, .command = "assay audit"};
  try {
    std::vector<AuditInput> inputs;
    for (const std::string& place : places) {
      inputs.push_back(read_audit_system(place, console));
      made.command += " " + shown_place(session, place);
    }
    made.record = make_audit(inputs, {});
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--systems: {}", printable(error.what(), 300)));
  }
  made.command += " --json";
  return made;
}

WrittenAudit write_lab_audit(const LabSession& session, const LabAudit& audit, const std::string& stem) {
  const AuditRecord& record = audit.record;
  const std::string json = audit_json(record);
  WrittenAudit written{.file = fmt::format("runs/{}{}", stem, kAuditFileEnd), .facts = {}, .attachments = {}};
  written.facts = audit_facts(json, written.file);
  write_text((session.folder() / written.file).string(), json);
  const auto attach = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) {  // such as a front of one axis
      write_text((session.folder() / *attachment_file(written.file, name)).string(), text);
      written.attachments[std::string(name)] = sha256_hex(text);
    }
  };
  const auto sized = [](const char* id) {
    return AuditChartSize{.width = 900, .height = 500, .standalone = true, .id = id};
  };
  attach(kRooflineChart, audit_roofline_chart(record, sized("roofline")).str());
  attach(kParetoChart, audit_pareto_chart(record, sized("pareto")).str());
  attach(kAuditPage, audit_html(record));
  return written;
}

}  // namespace assay
