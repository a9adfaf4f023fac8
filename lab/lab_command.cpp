#include "lab/lab_command.hpp"

#include <fmt/format.h>

#include <utility>

#include "analysis/report_text.hpp"
#include "analysis/run_file_field.hpp"
#include "lab/flow/lab_remedies.hpp"
#include "lab/flow/lab_runner.hpp"
#include "lab/flow/lab_session.hpp"
#include "lab/flow/lab_state_json.hpp"
#include "lab/flow/lab_view.hpp"
#include "lab/flow/run_attachments.hpp"
#include "lab/json_output.hpp"

namespace assay {
namespace {

/// "missed=30" in its two halves.
std::pair<std::string, std::string> halves(const std::string& word, const char* example) {
  const auto equals = word.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw CommandError(ExitCode::usage, fmt::format("'{}': write {}", printable(word, 60), example));
  }
  return {word.substr(0, equals), word.substr(equals + 1)};
}

LabSession begun(const LabCommandOptions& options, Console& console) {
  const auto folder = lab_folder(options.place);
  LabSession session = LabSession::begin(
      folder,
      {.flow = options.place.track, .duration = options.duration, .nonce = options.nonce, .student = options.student});
  console.note(fmt::format("the lab of track {} begins in {}", session.flow().track, folder.string()));
  return session;
}

/// The lab in its folder, which a first command with --track begins.
LabSession opened(const LabCommandOptions& options, Console& console) {
  const auto folder = lab_folder(options.place);
  if (!LabSession::exists(folder) && !options.place.track.empty()) {
    return begun(options, console);
  }
  return LabSession(folder);
}

void require_part(const LabCommandOptions& options) {
  if (options.part == 0) {
    throw CommandError(ExitCode::usage, "--part: name one of the three parts, e.g. --part 1");
  }
}

/// The state after what was done, where JSON was asked for; else what a person wants to read now.
void show(LabSession& session, const LabCommandOptions& options, Console& console, const std::string& text) {
  if (options.json) {
    write_json(options.json, lab_state_text(session), console);
  }
  if (options.json != "-" && !options.events) {
    console.result(text);
  }
}

std::string reason_for(const std::vector<std::string>& because, const std::string& question, std::size_t questions) {
  for (const std::string& reason : because) {
    if (reason.starts_with(question + "=")) {
      return reason.substr(question.size() + 1);
    }
  }
  if (questions == 1 && because.size() == 1) {
    return because.front();
  }
  throw CommandError(ExitCode::usage,
                     fmt::format("--because: give the reason of {}, e.g. --because {}=REASON; assay lab status lists "
                                 "them",
                                 printable(question, 40), printable(question, 40)));
}

}  // namespace

ExitCode lab_begin_command(const LabCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  if (options.place.track.empty()) {
    throw CommandError(ExitCode::usage, "--track: name one of cloud, edge, mobile, tiny");
  }
  LabSession session = begun(options, console);
  const LabState state = session.refresh();
  show(session, options, console, lab_status_text(state, session.reading(), session.busy()));
  return ExitCode::ok;
}

ExitCode lab_status_command(const LabCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  LabSession session(lab_folder(options.place));
  const LabState state = session.refresh();
  show(session, options, console, lab_status_text(state, session.reading(), session.busy()));
  return state.entries().empty() || !session.reading().intact() ? ExitCode::run_invalid : ExitCode::ok;
}

ExitCode lab_lock_command(const LabCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  require_part(options);
  if (options.words.empty()) {
    throw CommandError(ExitCode::usage, "lock: give QUESTION=ANSWER, e.g. missed=30; assay lab status lists them");
  }
  if (options.sure == options.guess) {
    throw CommandError(ExitCode::usage, "lock: say how sure you are: --sure or --guess");
  }
  std::vector<LockWish> wishes;
  for (const std::string& word : options.words) {
    auto [question, answer] = halves(word, "QUESTION=ANSWER, e.g. missed=30");
    wishes.push_back({.part = options.part,
                      .question = question,
                      .answer = answer,
                      .because = reason_for(options.because, question, options.words.size()),
                      .sure = options.sure});
  }
  LabSession session = opened(options, console);
  for (const LockWish& wish : wishes) {  // all of them or none
    session.check(wish);
  }
  std::string text;
  for (const LockWish& wish : wishes) {
    const LedgerEntry entry = session.lock(wish);
    const auto& lock = std::get<LabLock>(entry.body);
    text += fmt::format("locked  {} = {}  {}  {}{}\n", wish.question, printable(wish.answer, 60), entry.time,
                        short_hash(entry.hash),
                        lock.runs_before > 0 ? "  LATE: a run of this part had begun; the first lock is graded" : "");
  }
  const LabState state = session.refresh();
  show(session, options, console, text + lab_next_text(state) + "\n");
  return ExitCode::ok;
}

ExitCode lab_run_command(const LabCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  require_part(options);
  if (options.words.size() > 1) {
    throw CommandError(ExitCode::usage, "run: one at a time");
  }
  if (options.events && options.json == "-") {
    throw CommandError(ExitCode::usage, "--events and --json both want stdout; give one a file: --json=FILE");
  }
  LabSession session(lab_folder(options.place));
  RunWish wish{.part = options.part,
               .run = options.words.empty() ? "" : options.words.front(),
               .controls = options.controls,
               .file = options.file,
               .systems = options.systems,
               .measurement = {.folder = "",
                               .time_limit = {},
                               .observer = observer_named(options.observer),
                               .wait = options.wait},
               .on_event = nullptr};
  for (const std::string& set : options.sets) {
    auto [control, value] = halves(set, "CONTROL=NUMBER, e.g. --set noise=40");
    wish.controls[control] = value;
  }
  if (options.events) {
    wish.on_event = [&console](const Event& event) { console.result(to_line(event)); };
  }
  const LabRunOutcome outcome = run_in_lab(session, wish, console);
  const LabState state = session.refresh();
  std::string text = outcome.run ? run_summary_text(with_lab_remedies(*outcome.run), console.text_style()) : "";
  if (outcome.entry) {
    const auto& run = std::get<LabRun>(outcome.entry->body);
    for (const std::string& sentence : run.facts.sentences) {
      text += printable(sentence, 400) + "\n";
    }
    text += fmt::format("kept     {} {} as {}\n", run.file, short_hash(outcome.entry->hash), run.start.run);
    if (run.attachments.contains(std::string(kAuditPage))) {
      text += fmt::format("page     {}\n",
                          (session.folder() / attachment_file(run.file, kAuditPage).value_or("")).string());
    }
  }
  text += lab_reveals_text(state, options.part) + lab_thresholds_text(state, options.part);
  show(session, options, console, text + lab_next_text(state) + "\n");
  if (outcome.code == ExitCode::interrupted) {
    console.warning("interrupted: what was measured is kept and flagged");
  }
  // A run that shows the crisis misses its window, which makes it INVALID as a benchmark and right as evidence.
  const bool shows = outcome.entry && std::get<LabRun>(outcome.entry->body).facts.honest;
  return outcome.code == ExitCode::run_invalid && shows ? ExitCode::ok : outcome.code;
}

ExitCode lab_reflect_command(const LabCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  require_part(options);
  std::map<std::string, std::string> texts;
  for (const std::string& word : options.words) {
    const auto [id, text] = halves(word, "ID=\"TEXT\", e.g. goodhart=\"...\"");
    texts[id] = text;
  }
  LabSession session(lab_folder(options.place));
  const LedgerEntry entry = session.reflect(options.part, texts);
  const LabState state = session.refresh();
  show(session, options, console, fmt::format("written  {}\n{}\n", short_hash(entry.hash), lab_next_text(state)));
  return ExitCode::ok;
}

ExitCode lab_decide_command(const LabCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  LabSession session(lab_folder(options.place));
  const LedgerEntry entry = session.decide(options.decision);
  const LabState state = session.refresh();
  show(session, options, console, fmt::format("decided  {}\n{}\n", short_hash(entry.hash), lab_next_text(state)));
  return ExitCode::ok;
}

}  // namespace assay
