#include "lab/workbench/session_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/format.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "harness/machine.hpp"
#include "lab/flow/audit_systems.hpp"
#include "lab/flow/calibration_chart.hpp"
#include "lab/flow/flow_run.hpp"
#include "lab/flow/lab_export.hpp"
#include "lab/flow/lab_runner.hpp"
#include "lab/flow/lab_session.hpp"
#include "lab/flow/lab_state_json.hpp"
#include "lab/flow/run_attachments.hpp"
#include "lab/flow/shipped_flows.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Does it, and turns a refusal of the lab into one with its status.
template <typename Action>
auto refusing(Action action) {
  try {
    return action();
  } catch (const LabRefusal& refusal) {
    throw DeskRefusal(static_cast<unsigned>(refusal.reason()), refusal.what());
  } catch (const CommandError& error) {
    throw DeskRefusal(error.code() == ExitCode::usage ? kBadRequest : kServerFault, error.what());
  }
}

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string machine_json() {
  const Machine machine = detect_machine();
  Json facts = Json::array();
  const auto add = [&facts](const char* name, const std::string& value) {
    facts.push_back({{"name", name}, {"value", value.empty() ? "not available" : value}});
  };
  const std::string label = identify(machine).label;
  add("Label", label);
  add("CPU", machine.cpu_model);
  add("Cores", fmt::format("{} in {} package{}, {} CPUs allowed", machine.core_count, machine.package_count,
                           machine.package_count == 1 ? "" : "s", machine.allowed_cpus().size()));
  add("Memory", format_bytes(machine.memory_total.count));
  add("System", fmt::format("{}, kernel {}", machine.operating_system, machine.kernel_release));
  add("Virtualised", machine.virtualization);
  return dumped({{"label", label}, {"facts", facts}});
}

std::string progress_of(const LabState& state) {
  const std::size_t missing = state.missing().size();
  return missing == 0 ? "complete" : fmt::format("begun {}; {} to do", state.begin().machine.label, missing);
}

const FlowRun& run_of(const LabState& state, const AskedRun& wish) {
  if (wish.part < 1 || wish.part > state.flow().parts.size()) {
    throw DeskRefusal(kNotFound, fmt::format("part {}: a lab has parts 1 to {}", wish.part, state.flow().parts.size()));
  }
  const FlowRun* const run = state.part(wish.part).run(wish.run);
  if (run == nullptr) {
    throw DeskRefusal(kNotFound, fmt::format("part {} has no such run", wish.part));
  }
  return *run;
}

double cost_s(const LabState& state, const FlowRun& run) {
  const std::string& duration = state.begin().duration;
  const bool calibrates = run.takes_lab_workload() && !state.size();
  return seconds(flow_run_time(run, duration)) + (calibrates ? seconds(calibration_time(state.flow(), duration)) : 0.0);
}

/// A page chooses among what it was shown: it can never make this process read another path.
void require_offered(const LabState& state, const AskedRun& wish) {
  if (wish.systems.empty()) {
    return;
  }
  const std::vector<SystemOffer> offers = offered_systems(state, wish.part, systems_elsewhere(state));
  for (const std::string& id : wish.systems) {
    if (std::ranges::find(offers, id, &SystemOffer::id) == offers.end()) {
      throw DeskRefusal(kBadRequest, "systems: name two of those that are offered");
    }
  }
  constexpr std::size_t kSystems = 2;
  if (wish.systems.size() != kSystems || wish.systems.front() == wish.systems.back()) {
    throw DeskRefusal(kBadRequest, "systems: an audit holds two different ones against each other");
  }
}

/// The flags of what a run takes besides its controls.
void add_choices(const FlowRun& run, const AskedRun& wish, PlannedRun& plan) {
  if (run.kind != FlowRun::Kind::audit && !wish.systems.empty()) {
    throw DeskRefusal(kBadRequest, "systems: this run takes none; an audit does");
  }
  if (run.kind == FlowRun::Kind::file && wish.file.empty()) {
    throw DeskRefusal(kBadRequest, "name the file that assay audit A B --json=FILE wrote");
  }
  if (!wish.file.empty()) {
    plan.arguments.push_back("--file=" + wish.file);
  }
  for (const std::string& id : wish.systems) {
    plan.arguments.push_back("--systems=" + id);
  }
}

/// The run with the hash `id`; a refusal where there is none or its part is closed.
const LabRun& kept_run(const LabState& state, const std::string& id) {
  bool any_locked = false;
  for (std::size_t part = 1; part <= state.flow().parts.size(); ++part) {
    any_locked = any_locked || state.locked(part);
    for (const Said<LabRun>& run : state.runs(part)) {
      if (run.entry->hash != "sha256:" + id) {
        continue;
      }
      if (!state.locked(part)) {
        throw DeskRefusal(kLocked, "lock the predictions of this part first");
      }
      return *run.body;
    }
  }
  throw any_locked ? DeskRefusal(kNotFound, "no such run") : DeskRefusal(kLocked, "lock a prediction first");
}

/// A file of an export, which names it without a folder.
std::string exported_text(const fs::path& folder, const std::string& name, const std::string& digest) {
  const fs::path file = folder / fs::path(name).filename();
  std::error_code ignored;
  if (!fs::is_regular_file(fs::symlink_status(file, ignored))) {
    throw DeskRefusal(kConflict, name + " of the newest export is not in the lab's folder; export again");
  }
  std::string text = read_untrusted_file(file);
  if (sha256_hex(text) != digest) {
    throw DeskRefusal(kConflict, name + " is not what was exported: its digest differs; export again");
  }
  return text;
}

}  // namespace

SessionDesk::SessionDesk(SessionDeskOptions options) : options_(std::move(options)), machine_(machine_json()) {}

fs::path SessionDesk::folder_of(const std::string& track) const {
  const auto names = shipped_flow_names();
  if (std::ranges::find(names, track) == names.end()) {
    throw DeskRefusal(kNotFound, "there is no such track");
  }
  return options_.folder / track;
}

std::vector<fs::path> SessionDesk::folders() const {
  std::vector<fs::path> all;
  for (const std::string& name : shipped_flow_names()) {
    all.push_back(folder_of(name));
  }
  return all;
}

std::string SessionDesk::tracks() {
  Json list = Json::array();
  for (const std::string& name : shipped_flow_names()) {
    const NamedText text = find_flow(name);
    const FlowDefinition flow = flow_from_toml(text.text, text.name);
    const fs::path folder = folder_of(name);
    const bool begun = LabSession::exists(folder);
    std::string progress;
    if (begun) {
      try {
        LabSession session(folder);
        progress = progress_of(session.refresh());
      } catch (const CommandError& error) {
        progress = error.what();
      }
    }
    list.push_back({{"track", name},
                    {"title", flow.title},
                    {"persona", flow.persona},
                    {"north_star", flow.north_star},
                    {"window", flow.window},
                    {"crisis", flow.crisis},
                    {"expected_s", seconds(flow_time(flow, options_.duration))},
                    {"begun", begun},
                    {"progress", progress}});
  }
  return dumped(list);
}

std::string SessionDesk::state(const std::string& track) {
  return refusing([&]() -> std::string {
    const fs::path folder = folder_of(track);
    if (!LabSession::exists(folder)) {
      return "null";
    }
    LabSession session(folder);
    return lab_state_text(session);
  });
}

void SessionDesk::begin(const std::string& track, const std::string& nonce) {
  refusing([&] {
    const BeginWish wish{
        .flow = track, .duration = options_.duration, .nonce = nonce.empty() ? options_.nonce : nonce, .student = ""};
    (void)LabSession::begin(folder_of(track), wish);
  });
}

void SessionDesk::lock(const AskedLock& wish) {
  refusing([&] {
    LabSession session(folder_of(wish.track));
    (void)session.lock({.part = wish.part,
                        .question = wish.question,
                        .answer = wish.number ? fmt::format("{}", *wish.number) : wish.choice,
                        .because = wish.because,
                        .sure = wish.sure});
  });
}

PlannedRun SessionDesk::plan(const AskedRun& wish) {
  return refusing([&]() -> PlannedRun {
    LabSession session(folder_of(wish.track));
    const LabState state = session.refresh();
    const FlowRun& run = run_of(state, wish);
    require_allowed(state, wish.part, run, wish.systems);
    require_offered(state, wish);
    if (session.busy()) {
      throw DeskRefusal(kConflict, "a run of this lab goes on; one at a time");
    }
    PlannedRun plan{.arguments = {"assay", "lab", "run", "--lab", session.folder().string(), "--part",
                                  fmt::format("{}", wish.part), "--events", "--quiet"},
                    .title = run.title,
                    .seconds = cost_s(state, run)};
    std::map<std::string, double> controls;
    for (const auto& [id, value] : wish.controls) {
      const FlowControl* const control = state.part(wish.part).control(id);
      if (control == nullptr || std::ranges::find(run.controls, id) == run.controls.end()) {
        throw DeskRefusal(kNotFound, "this run has no such control");
      }
      const std::string text = fmt::format("{:.6g}", value);
      controls[id] = control_value(*control, text);
      plan.arguments.push_back(fmt::format("--set={}={}", id, text));
    }
    if (!options_.observer.empty()) {
      plan.arguments.push_back("--observer=" + options_.observer);
    }
    check_flow_run(state.flow(), state.part(wish.part), run,
                   {.size = "", .duration = state.begin().duration, .controls = controls, .seed = 1});
    add_choices(run, wish, plan);
    plan.arguments.push_back(run.id);
    return plan;
  });
}

std::string SessionDesk::evidence(const std::string& track, const std::string& id) {
  return refusing([&]() -> std::string {
    LabSession session(folder_of(track));
    const LabState state = session.refresh();
    const LabRun& run = kept_run(state, id);
    const fs::path file = fs::path(run.file).lexically_normal();
    if (file.is_absolute() || *file.begin() != "runs") {
      throw DeskRefusal(kConflict, "the ledger names a file outside of the lab; it is not read");
    }
    std::string text = read_untrusted_file(session.folder() / file);
    if (sha256_hex(text) != run.sha256) {
      throw DeskRefusal(kConflict, file.string() + " is not what was recorded: its digest differs");
    }
    return text;
  });
}

std::string SessionDesk::chart(const std::string& track, const std::string& id, const std::string& name) {
  return refusing([&]() -> std::string {
    LabSession session(folder_of(track));
    const LabState state = session.refresh();
    const LabRun& run = kept_run(state, id);
    const std::vector<std::string> charts = charts_of(run);
    if (std::ranges::find(charts, name) == charts.end()) {
      throw DeskRefusal(kNotFound, "this run has no such chart");
    }
    try {
      return attachment_text(session.folder(), run, name);
    } catch (const std::runtime_error& error) {
      throw DeskRefusal(kConflict, error.what());
    }
  });
}

std::string SessionDesk::calibration(const std::string& track) {
  return refusing([&]() -> std::string {
    LabSession session(folder_of(track));
    const LabState state = session.refresh();
    const Json lab = lab_state_json(state, session.reading(), false, {});
    std::string svg = calibration_chart(calibration_points(lab.at("parts")), true).str();
    if (svg.empty()) {
      throw DeskRefusal(kNotFound, "no prediction of a number is revealed yet");
    }
    return svg;
  });
}

void SessionDesk::reflect(const AskedTexts& wish) {
  refusing([&] {
    LabSession session(folder_of(wish.track));
    (void)session.reflect(wish.part, wish.texts);
  });
}

void SessionDesk::decide(const AskedTexts& wish) {
  refusing([&] {
    const auto text = [&wish](const char* field) {
      const auto found = wish.texts.find(field);
      return found == wish.texts.end() ? std::string() : found->second;
    };
    LabSession session(folder_of(wish.track));
    (void)session.decide({.metric = text("metric"),
                          .decision = text("decision"),
                          .binding = text("binding_constraint"),
                          .guardrail = text("guardrail"),
                          .rejected = text("rejected"),
                          .why_rejected = text("why_rejected"),
                          .scope = text("claim_scope"),
                          .risk = text("residual_risk"),
                          .memo = text("memo")});
  });
}

void SessionDesk::write_export(const std::string& track) {
  refusing([&] {
    LabSession session(folder_of(track));
    const LabExportFiles files = export_lab(session, session.folder().string(), false);
    if (!files.complete) {
      throw DeskRefusal(kConflict, fmt::format("the lab is not complete: {}", fmt::join(files.missing, "; ")));
    }
  });
}

std::string SessionDesk::report(const std::string& track, const std::string& format) {
  return refusing([&]() -> std::string {
    LabSession session(folder_of(track));
    const LabState state = session.refresh();
    const auto exports = state.exports();
    if (exports.empty()) {
      throw DeskRefusal(kConflict, "nothing was exported yet");
    }
    for (const auto& [name, digest] : exports.back().body->files) {
      if (name.ends_with("." + format)) {
        return exported_text(session.folder(), name, digest);
      }
    }
    throw DeskRefusal(kConflict, "the newest export has no file of that kind; export again");
  });
}

}  // namespace assay
