#include "lab/flow/lab_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <stdexcept>

#include "analysis/run_file.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/atomic_file.hpp"
#include "harness/digest.hpp"
#include "harness/machine_identity.hpp"
#include "harness/quantity.hpp"
#include "lab/flow/lab_texts.hpp"
#include "lab/flow/run_turn.hpp"
#include "lab/flow/shipped_flows.hpp"
#include "lab/fresh_id.hpp"
#include "lab/version.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLedgerName = "ledger.ndjson";
constexpr const char* kFlowName = "flow.toml";

[[noreturn]] void refuse(RefusalReason reason, const std::string& line) { throw LabRefusal(reason, line); }

NamedText flow_text_of(const std::string& name) {
  try {
    return find_flow(name);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--track {}", error.what()));
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
}

/// Throws CommandError (file) for a text that is no flow.
FlowDefinition flow_of(const std::string& text, const std::string& name) {
  try {
    return flow_from_toml(text, name);
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
}

std::string checked_duration(const std::string& text) {
  try {
    if (!text.empty() && parse_duration(text) <= Nanoseconds::zero()) {
      throw std::invalid_argument("must be above 0");
    }
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--duration: {}", error.what()));
  }
  return text;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  const bool is_new = !fs::exists(folder, error);
  fs::create_directories(folder / "runs", error);
  if (is_new && !error) {  // predictions and their ledger are one person's, whatever the umask says
    fs::permissions(folder, fs::perms::owner_all, error);
  }
  if (error) {
    throw CommandError(ExitCode::file, fmt::format("--lab {}: {}; name a folder that can be written", folder.string(),
                                                   error.message()));
  }
}

std::string ids_of(const std::vector<FlowOption>& options) {
  std::vector<std::string> ids;
  ids.reserve(options.size());
  for (const FlowOption& option : options) {
    ids.push_back(option.id);
  }
  return fmt::format("{}", fmt::join(ids, ", "));
}

void require_option(const std::vector<FlowOption>& options, const std::string& id, const std::string& what) {
  if (std::ranges::find(options, id, &FlowOption::id) == options.end()) {
    refuse(RefusalReason::bad_value, fmt::format("{} '{}' is none of {}", what, printable(id, 40), ids_of(options)));
  }
}

/// "25", "25 %" or "25ms" for a question in that unit.
double number_from(const FlowQuestion& question, const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string rest(end, text.data() + text.size());
  rest.erase(0, rest.find_first_not_of(' '));
  if (error != std::errc{} || !(rest.empty() || rest == question.unit) || !std::isfinite(value)) {
    refuse(RefusalReason::bad_value, fmt::format("{} '{}': give a number in {}, such as {}={:g}", question.id,
                                                 printable(text, 40), question.unit, question.id, question.lower));
  }
  if (value < question.lower || value > question.upper) {
    refuse(RefusalReason::bad_value, fmt::format("{} {}: must be within {:g} and {:g} {}", question.id,
                                                 printable(text, 40), question.lower, question.upper, question.unit));
  }
  return value;
}

const FlowPart& part_of(const FlowDefinition& flow, std::size_t number) {
  if (number < 1 || number > flow.parts.size()) {
    refuse(RefusalReason::unknown, fmt::format("--part {}: a lab has parts 1 to {}", number, flow.parts.size()));
  }
  return flow.parts[number - 1];
}

LabLock lock_from(const FlowDefinition& flow, const LockWish& wish) {
  const FlowPart& part = part_of(flow, wish.part);
  const FlowQuestion* const question = part.question(wish.question);
  if (question == nullptr) {
    std::vector<std::string> ids;
    for (const FlowQuestion& one : part.questions) {
      ids.push_back(one.id);
    }
    refuse(RefusalReason::unknown, fmt::format("part {} has no question '{}'; it asks {}", wish.part,
                                               printable(wish.question, 40), fmt::join(ids, ", ")));
  }
  LabLock lock{.part = wish.part, .question = question->id};
  if (question->is_number()) {
    lock.number = number_from(*question, wish.answer);
  } else {
    require_option(question->options, wish.answer, question->id);
    lock.choice = wish.answer;
  }
  require_option(question->reasons, wish.because, fmt::format("--because of {}:", question->id));
  lock.because = wish.because;
  if (!wish.sure) {
    refuse(RefusalReason::bad_value, "say how sure you are: --sure or --guess");
  }
  lock.sure = *wish.sure;
  return lock;
}

}  // namespace

std::string lab_time() { return utc_timestamp(std::time(nullptr)); }

bool LabSession::exists(const fs::path& folder) { return Ledger(folder / kLedgerName).exists(); }

LabSession LabSession::begin(const fs::path& folder, const BeginWish& wish) {
  const NamedText text = flow_text_of(wish.flow);
  const FlowDefinition flow = flow_of(text.text, text.name);
  const BuildInfo build = build_info();
  LabBegin begin{.lab = fresh_id(),
                 .track = flow.track,
                 .flow_sha256 = sha256_hex(text.text),
                 .duration = checked_duration(wish.duration),
                 .nonce = checked_lab_word("--nonce", wish.nonce),
                 .student = checked_lab_word("--student", wish.student),
                 .machine = identify(detect_machine()),
                 .tool = fmt::format("{} {}", build.version, build.revision_with_state())};
  make_folder(folder);
  const Ledger ledger(folder / kLedgerName);
  (void)ledger.append(lab_time(), [&](const std::vector<LedgerEntry>& so_far) -> LedgerBody {
    if (!so_far.empty()) {
      throw CommandError(ExitCode::usage, fmt::format("{}: a lab began there already; go on with it, or name another "
                                                      "folder with --lab DIR",
                                                      folder.string()));
    }
    write_file_atomically(folder / kFlowName, text.text);
    return begin;
  });
  return LabSession(folder);
}

LabSession::LabSession(const fs::path& folder) : folder_(folder), ledger_(folder / kLedgerName) {
  if (!ledger_.exists()) {
    throw CommandError(ExitCode::file,
                       fmt::format("{}: no lab began there; assay lab begin --track edge", folder.string()));
  }
  const fs::path flow = folder / kFlowName;
  flow_text_ = read_untrusted_file(flow);
  flow_ = flow_of(flow_text_, flow.string());
  const LabState state = refresh();
  if (!state.entries().empty() && state.begin().flow_sha256 != sha256_hex(flow_text_)) {
    throw CommandError(ExitCode::file, fmt::format("{}: is not the flow that this lab began with; take it from a copy, "
                                                   "or begin another lab with --lab DIR",
                                                   flow.string()));
  }
}

LabState LabSession::refresh() {
  try {
    reading_ = ledger_.read();
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
  if (reading_.entries.empty()) {
    throw CommandError(ExitCode::file, fmt::format("{}: {}", ledger_.path().string(),
                                                   reading_.problem.empty() ? "no line in it is whole; begin again"
                                                                            : reading_.problem));
  }
  return {flow_, reading_.entries};
}

bool LabSession::busy() const { return RunTurn::is_taken(folder_); }

void LabSession::check(const LockWish& wish) const { (void)lock_from(flow_, wish); }

LedgerEntry LabSession::lock(const LockWish& wish) {
  LabLock lock = lock_from(flow_, wish);
  if (busy()) {
    refuse(RefusalReason::busy, "a run goes on in this lab; nothing can be locked until it has ended");
  }
  return ledger_.append(lab_time(), [&](const std::vector<LedgerEntry>& so_far) -> LedgerBody {
    const LabState state(flow_, so_far);
    lock.nonce = state.begin().nonce;
    lock.runs_before = state.starts(lock.part).size();
    return lock;
  });
}

LedgerEntry LabSession::reflect(std::size_t number, const std::map<std::string, std::string>& texts) {
  const FlowPart& part = part_of(flow_, number);
  LabReflection reflection{.part = number};
  for (const auto& [id, text] : texts) {
    if (std::ranges::find(part.reflections, id, &FlowOption::id) == part.reflections.end()) {
      refuse(RefusalReason::unknown, fmt::format("part {} asks for no reflection '{}'; it asks for {}", number,
                                                 printable(id, 40), ids_of(part.reflections)));
    }
    reflection.texts[id] = checked_lab_text(id, text);
  }
  if (reflection.texts.empty()) {
    refuse(RefusalReason::bad_value,
           fmt::format("part {} asks for {}: give ID=\"text\"", number, ids_of(part.reflections)));
  }
  return ledger_.append(lab_time(), [&](const std::vector<LedgerEntry>& so_far) -> LedgerBody {
    if (!LabState(flow_, so_far).locked(number)) {
      refuse(RefusalReason::locked, fmt::format("part {} has no evidence to reflect on before its predictions are "
                                                "locked",
                                                number));
    }
    return reflection;
  });
}

LedgerEntry LabSession::decide(const LabDecision& decision) {
  LabDecision checked = decision;
  const std::array<std::pair<const char*, std::string*>, 8> texts{{{"--decision", &checked.decision},
                                                                   {"--binding", &checked.binding},
                                                                   {"--guardrail", &checked.guardrail},
                                                                   {"--rejected", &checked.rejected},
                                                                   {"--why-rejected", &checked.why_rejected},
                                                                   {"--scope", &checked.scope},
                                                                   {"--risk", &checked.risk},
                                                                   {"--memo", &checked.memo}}};
  std::vector<std::string> missing;
  if (checked.metric.empty()) {
    missing.emplace_back("--metric");
  }
  for (const auto& [what, text] : texts) {
    if (text->empty()) {
      missing.emplace_back(what);
    }
  }
  if (!missing.empty()) {
    refuse(RefusalReason::bad_value, fmt::format("a decision also says {}", fmt::join(missing, ", ")));
  }
  require_option(ultimate_metrics(), checked.metric, "--metric");
  for (const auto& [what, text] : texts) {
    *text = checked_lab_text(what, *text);
  }
  return ledger_.append(lab_time(), [&](const std::vector<LedgerEntry>& so_far) -> LedgerBody {
    const LabState state(flow_, so_far);
    for (std::size_t number = 1; number <= flow_.parts.size(); ++number) {
      if (!state.locked(number)) {
        refuse(RefusalReason::locked,
               fmt::format("a decision rests on all three parts; part {} has predictions to lock: {}", number,
                           fmt::join(state.unlocked_questions(number), ", ")));
      }
    }
    return checked;
  });
}

}  // namespace assay
