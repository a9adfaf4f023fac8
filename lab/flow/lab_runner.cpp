#include "lab/flow/lab_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "analysis/bundle_file.hpp"
#include "analysis/format.hpp"
#include "analysis/real_world_record.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "lab/bundle_resume.hpp"
#include "lab/flow/audit_evidence.hpp"
#include "lab/flow/audit_run.hpp"
#include "lab/flow/audit_systems.hpp"
#include "lab/flow/bundle_evidence.hpp"
#include "lab/flow/flow_run.hpp"
#include "lab/flow/run_turn.hpp"
#include "lab/flow/suite_run.hpp"
#include "lab/json_output.hpp"
#include "lab/run_request_text.hpp"
#include "lab/suite_plan.hpp"
#include "lab/track_real_world.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;

const FlowRun& run_of(const FlowPart& part, const RunWish& wish) {
  if (wish.run.empty() && part.runs.size() == 1) {
    return part.runs.front();
  }
  const FlowRun* const run = part.run(wish.run);
  if (run == nullptr) {
    std::vector<std::string> ids;
    for (const FlowRun& one : part.runs) {
      ids.push_back(one.id);
    }
    throw LabRefusal(RefusalReason::unknown,
                     wish.run.empty()
                         ? fmt::format("part {} has several runs; name one of {}", wish.part, fmt::join(ids, ", "))
                         : fmt::format("part {} has no run '{}'; it has {}", wish.part, printable(wish.run, 40),
                                       fmt::join(ids, ", ")));
  }
  return *run;
}

std::map<std::string, double> controls_of(const FlowPart& part, const FlowRun& run, const RunWish& wish) {
  std::map<std::string, double> controls;
  for (const std::string& id : run.controls) {
    controls[id] = part.control(id)->start;
  }
  for (const auto& [id, text] : wish.controls) {
    if (!controls.contains(id)) {
      throw LabRefusal(RefusalReason::unknown,
                       run.controls.empty() ? fmt::format("run {} has no controls", run.id)
                                            : fmt::format("run {} is not moved by '{}'; its controls are {}", run.id,
                                                          printable(id, 40), fmt::join(run.controls, ", ")));
    }
    controls[id] = control_value(*part.control(id), text);
  }
  return controls;
}

class LabRunner {
 public:
  LabRunner(LabSession& session, const RunWish& wish, Console& console)
      : session_(session), wish_(wish), console_(console) {
    const LabState state = session_.refresh();
    if (!session_.reading().intact()) {  // behind the fault a lock may stand that now seems to be missing
      throw CommandError(ExitCode::file, session_.ledger().refusal_of(session_.reading()));
    }
    const FlowDefinition& flow = session_.flow();
    if (wish.part < 1 || wish.part > flow.parts.size()) {
      throw LabRefusal(RefusalReason::unknown,
                       fmt::format("--part {}: a lab has parts 1 to {}", wish.part, flow.parts.size()));
    }
    run_ = &run_of(state.part(wish.part), wish);
    start_ = {.part = wish.part, .run = run_->id, .controls = controls_of(state.part(wish.part), *run_, wish)};
    duration_ = state.begin().duration;
    require_allowed(state, wish.part, *run_, wish.systems);
    if (run_->kind != FlowRun::Kind::audit && !wish.systems.empty()) {
      throw LabRefusal(RefusalReason::bad_value, fmt::format("run {} takes no --systems; an audit does", run_->id));
    }
  }

  LabRunOutcome run() {
    const auto turn = RunTurn::try_take(session_.folder());
    if (!turn) {
      throw LabRefusal(RefusalReason::busy, "another run of this lab goes on; one at a time");
    }
    for (const std::filesystem::path& left : clear_abandoned_bundles(session_.folder() / "runs")) {
      console_.note("a run of this lab was killed; what it had measured is in " + left.string());
    }
    if (run_->kind == FlowRun::Kind::file) {
      return take_file();
    }
    if (run_->kind == FlowRun::Kind::audit) {
      return audit_systems();
    }
    MeasurementOptions options = wish_.measurement;
    options.folder = (session_.folder() / "runs").string();
    // What cannot be measured is said before the ledger has a line about it.
    const FlowDefinition& all = session_.flow();
    check_flow_run(all, all.parts[start_.part - 1], *run_,
                   {.size = "", .duration = duration_, .controls = start_.controls, .seed = 1});
    Measurements measurements(options, console_, fmt::format("assay lab run, part {} {}", start_.part, run_->id));
    measurements_ = &measurements;
    if (wish_.on_event) {
      measurements.on_event(wish_.on_event);
    }
    if (run_->kind == FlowRun::Kind::realworld) {
      return measure_field();
    }
    if (run_->takes_lab_workload() && !calibrate()) {
      return outcome_;
    }
    start_.size = run_->takes_lab_workload() ? session_.refresh().size().value_or("") : "";
    if (run_->kind == FlowRun::Kind::suite) {
      return measure_system();
    }
    const FlowDefinition& flow = session_.flow();
    measure(start_, [&](std::uint64_t seed) {
      return flow_run_options(flow, flow.parts[start_.part - 1], *run_,
                              {.size = start_.size, .duration = duration_, .controls = start_.controls, .seed = seed});
    });
    return outcome_;
  }

 private:
  /// False where the measuring ended before every size was known.
  bool calibrate() {
    for (const std::string& size : session_.refresh().sizes_to_measure()) {
      console_.note(
          fmt::format("first the size that suits this machine: {} {}", session_.flow().calibration->parameter, size));
      LabStart start = start_;
      start.run = kCalibrationRun;
      start.size = size;
      start.controls.clear();
      measure(start, [&](std::uint64_t seed) {
        return calibration_options(session_.flow(),
                                   {.size = size, .duration = duration_, .controls = {}, .seed = seed});
      });
      if (!outcome_.entry || measurements_->interrupted()) {
        outcome_.entry.reset();
        return false;
      }
    }
    outcome_ = {};
    return true;
  }

  /// The line before a measurement: under the ledger's own lock what is allowed is decided again.
  LedgerEntry begin(LabStart start) {
    return session_.ledger().append(lab_time(), [&](const std::vector<LedgerEntry>& so_far) -> LedgerBody {
      const LabState state(session_.flow(), so_far);
      require_allowed(state, start.part, *run_, wish_.systems);
      start.locks = state.graded_locks(start.part);
      const auto before = state.starts(start.part);
      start.number = 1 + static_cast<std::uint64_t>(std::ranges::count_if(
                             before, [&](const Said<LabStart>& other) { return other.body->run == start.run; }));
      return start;
    });
  }

  template <class OptionsFor>
  void measure(const LabStart& wanted, const OptionsFor& options_for) {
    const LedgerEntry begun = begin(wanted);
    const auto& start = std::get<LabStart>(begun.body);
    const RunOptions options = options_for(start.number);
    const Measured measured = measurements_->measure(options, run_->title);
    for (const std::string& line : measured.outcome.errors) {
      console_.error(line);
    }
    outcome_ = {.entry = std::nullopt, .run = measured.run, .code = measured.outcome.code};
    if (measured.run) {
      keep(begun, *measured.outcome.file, command_text("run", options), facts_of(*measured.run));
    }
  }

  LabRunOutcome measure_field() {
    const LedgerEntry begun = begin(start_);
    constexpr std::size_t kShortWords = 40;
    const RealWorldRecord found =
        measure_real_world({.full = false, .words = duration_.empty() ? 0 : kShortWords, .seed = 1},
                           [this](double) { return !measurements_->interrupted(); });
    const fs::path file =
        session_.folder() / "runs" / fmt::format("field-{}.realworld.json", std::get<LabStart>(begun.body).number);
    write_text(file.string(), real_world_json(found));
    outcome_.code = found.interrupted ? ExitCode::interrupted : ExitCode::ok;
    keep(begun, file.string(), "assay realworld --isolation --noise babble --snr 20,10 --seed 1", facts_of(found));
    return outcome_;
  }

  LabRunOutcome measure_system() {
    const SuiteDefinition suite =
        flow_suite(session_.flow(), *run_, {.size = start_.size, .duration = duration_, .controls = {}});
    const LedgerEntry begun = begin(start_);
    const LabSuiteOutcome made =
        measure_lab_suite({.suite = suite,
                           .envelope = run_->envelope,
                           .folder = session_.folder() / "runs",
                           .name = fmt::format("{}-{}", run_->id, std::get<LabStart>(begun.body).number)},
                          *measurements_, console_);
    outcome_.code = made.code;
    if (made.bundle) {
      keep(begun, *made.bundle / kBundleFile, suite_command_text(suite, run_->envelope),
           bundle_facts(load_bundle(*made.bundle)));
    }
    return outcome_;
  }

  LabRunOutcome audit_systems() {
    const std::vector<std::string> places = audit_places(session_, session_.refresh(), start_.part, wish_.systems);
    const LabAudit audit = make_lab_audit(session_, places, console_);
    const LedgerEntry begun = begin(start_);
    WrittenAudit written =
        write_lab_audit(session_, audit, fmt::format("{}-{}", run_->id, std::get<LabStart>(begun.body).number));
    attachments_ = std::move(written.attachments);
    keep(begun, session_.folder() / written.file, audit.command, std::move(written.facts));
    return outcome_;
  }

  LabRunOutcome take_file() {
    if (wish_.file.empty()) {
      throw LabRefusal(RefusalReason::bad_value,
                       fmt::format("run {} takes the JSON of assay audit: --file audit.json", run_->id));
    }
    std::string text;
    RunFacts facts;
    try {
      text = read_untrusted_file(wish_.file);
      facts = audit_facts(text, wish_.file);
    } catch (const std::runtime_error& error) {
      throw CommandError(ExitCode::file, error.what());
    }
    const LedgerEntry begun = begin(start_);
    const fs::path file =
        session_.folder() / "runs" / fmt::format("{}-{}.audit.json", run_->id, std::get<LabStart>(begun.body).number);
    write_text(file.string(), text);
    keep(begun, file.string(), "assay audit A B --json", std::move(facts));
    return outcome_;
  }

  void keep(const LedgerEntry& begun, const fs::path& file, const std::string& command, RunFacts facts) {
    const LabRun run{.start = std::get<LabStart>(begun.body),
                     .start_hash = begun.hash,
                     .file = fs::relative(file, session_.folder()).generic_string(),
                     .sha256 = sha256_hex(read_untrusted_file(file)),
                     .command = command,
                     .facts = std::move(facts),
                     .attachments = attachments_};
    outcome_.entry =
        session_.ledger().append(lab_time(), [&](const std::vector<LedgerEntry>& /*so_far*/) { return run; });
  }

  LabSession& session_;
  const RunWish& wish_;
  Console& console_;
  const FlowRun* run_ = nullptr;
  LabStart start_;
  std::string duration_;
  Measurements* measurements_ = nullptr;
  std::map<std::string, std::string> attachments_;
  LabRunOutcome outcome_;
};

}  // namespace

void require_allowed(const LabState& state, std::size_t part, const FlowRun& run,
                     const std::vector<std::string>& systems) {
  const auto open = state.unlocked_questions(part);
  if (!open.empty()) {
    throw LabRefusal(RefusalReason::locked,
                     fmt::format("part {} runs nothing before its predictions are locked: assay lab lock --part {} "
                                 "{}=... --because ... --sure",
                                 part, part, open.front()));
  }
  if (run.most != 0 && state.made(part, run.id) >= run.most) {
    throw LabRefusal(RefusalReason::used_up,
                     fmt::format("all {} runs of {} are used up; the threshold is what they show", run.most, run.id));
  }
  if (run.kind == FlowRun::Kind::audit && systems.empty()) {
    require_default_systems(state, part);
  }
}

LabRunOutcome run_in_lab(LabSession& session, const RunWish& wish, Console& console) {
  return LabRunner(session, wish, console).run();
}

}  // namespace assay
