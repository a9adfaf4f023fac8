#include "lab/flow/lab_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/format.hpp"
#include "analysis/run_file_field.hpp"
#include "lab/flow/flow_run.hpp"
#include "lab/flow/reveal.hpp"
#include "lab/flow/threshold_evidence.hpp"

namespace assay {
namespace {

constexpr std::size_t kLongest = 2000;

std::string shown(const std::string& text) { return printable(text, kLongest); }

std::string answer_text(const LabLock& lock, const FlowQuestion& question) {
  return lock.number ? quantity_text(*lock.number, question.unit) : shown(lock.choice);
}

std::string question_text(const LabState& state, std::size_t part, const FlowQuestion& question) {
  const auto locks = state.locks(part, question.id);
  std::string text = fmt::format("  {:<9} {}\n", question.id, question.text);
  if (locks.empty()) {
    if (question.is_number()) {
      text += fmt::format("            a number from {:g} to {:g} {}\n", question.lower, question.upper, question.unit);
    }
    for (const FlowOption& option : question.options) {
      text += fmt::format("            {:<9} {}\n", option.id, option.text);
    }
    text += "            because\n";
    for (const FlowOption& reason : question.reasons) {
      text += fmt::format("            {:<9} {}\n", reason.id, reason.text);
    }
    return text;
  }
  for (std::size_t i = 0; i < locks.size(); ++i) {
    const LabLock& lock = *locks[i].body;
    text += fmt::format("            {} {} because {}, {}; locked {} {}{}\n",
                        i == 0 ? "your lock:" : "then:", answer_text(lock, question), shown(lock.because),
                        lock.sure ? "sure" : "a guess", shown(locks[i].entry->time), short_hash(locks[i].entry->hash),
                        lock.runs_before > 0 ? "  LATE: after a run of this part had begun" : "");
  }
  return text;
}

std::string runs_text(const LabState& state, std::size_t number) {
  const FlowPart& part = state.part(number);
  std::string text;
  for (const FlowRun& run : part.runs) {
    const std::uint64_t made = state.made(number, run.id);
    const std::string count = run.most == 0 ? fmt::format("{} made", made) : fmt::format("{} of {}", made, run.most);
    const double expected_s = seconds(flow_run_time(run, state.begin().duration));
    const char* const takes = run.kind == FlowRun::Kind::audit ? "or of --systems A,B" : "--file FILE";
    text += fmt::format("  {:<10} {:<52} {:>9}  {}\n", run.id, run.title, count,
                        expected_s > 0.0 ? "about " + format_duration(expected_s, Charset::ascii) : takes);
  }
  for (const FlowControl& control : part.controls) {
    text += fmt::format("    --{:<11} {}: {:g} to {:g} {}\n", control.id, control.title, control.lower, control.upper,
                        control.unit);
  }
  return text;
}

std::string part_text(const LabState& state, std::size_t number) {
  const FlowPart& part = state.part(number);
  const bool locked = state.locked(number);
  std::string text =
      fmt::format("\nPart {}: {}{}\n", number, part.title, locked ? "" : "   (lock its predictions, then it runs)");
  text += fmt::format("  {}\n", part.objective);
  for (const std::string& line : part.situation) {
    text += fmt::format("  {}\n", line);
  }
  for (const FlowQuestion& question : part.questions) {
    text += question_text(state, number, question);
  }
  if (locked) {
    text += runs_text(state, number) + lab_reveals_text(state, number) + lab_thresholds_text(state, number);
    for (const FlowOption& asked : part.reflections) {
      const std::string answer = state.reflection(number, asked.id);
      text += fmt::format("  reflect   {}: {}\n            {}\n", asked.id, asked.text,
                          answer.empty() ? "(open)" : shown(answer));
    }
  }
  return text;
}

std::string threshold_text(const ControlThreshold& found) {
  std::string text = fmt::format("  threshold {}: ", found.control);
  if (found.threshold) {
    text += fmt::format("{:.3g} {} [{}, {}] from {} runs", *found.threshold, found.unit,
                        found.lower ? fmt::format("{:.3g}", *found.lower) : "0",
                        found.upper ? fmt::format("{:.3g}", *found.upper) : "inf", found.levels);
  } else {
    text += "not available: " + found.reason;
  }
  return text + "\n";
}

/// One run moves a control, and a threshold takes a run on each side of it: says so until there is one.
std::string next_dose_text(const LabState& state) {
  for (std::size_t number = 1; number <= state.flow().parts.size(); ++number) {
    const FlowPart& part = state.part(number);
    const auto moved = std::ranges::find_if(part.runs, [&](const FlowRun& run) {
      const std::uint64_t made = state.made(number, run.id);
      return run.most > 1 && !run.controls.empty() && made > 0 && made < run.most;
    });
    if (moved == part.runs.end() || !state.locked(number) || state.decision()) {
      continue;
    }
    const auto found = control_thresholds(state, number);
    if (std::ranges::any_of(found, [](const ControlThreshold& one) { return one.threshold.has_value(); })) {
      continue;
    }
    return fmt::format(
        "another dose: assay lab run --part {} --{} X; {} of {} runs are made, and a threshold takes one "
        "on each side of it",
        number, moved->controls.front(), state.made(number, moved->id), moved->most);
  }
  return "";
}

}  // namespace

std::string lab_walk_text() {
  return "The same lab without a browser:\n"
         "  assay lab begin --track edge          cloud, edge, mobile or tiny; --nonce W7-4K2 if you were given one\n"
         "  assay lab status                      what is asked, and what comes next\n"
         "  assay lab lock --part 1 scenario=CHOICE missed=NUMBER --because scenario=REASON --because missed=REASON "
         "--sure\n"
         "  assay lab run --part 1 single         then multi, server --rate 100, offline, cameras\n"
         "  assay lab run --part 2 --noise 20     at most ten\n"
         "  assay lab run --part 3 system_a       then system_b, and audit; or audit --systems BUNDLE,datasheet:h200\n"
         "  assay lab reflect --part 1 goodhart=\"...\"\n"
         "  assay lab decide --metric p99 --decision \"...\" --rejected \"...\" ...\n"
         "  assay lab export                      JSON, Markdown and one page, once nothing is missing\n"
         "  assay lab verify FILE · assay lab grade DIR\n\n"
         "Nothing of a part is measured or shown before its predictions are locked; a lock stays as it is.\n"
         "The ledger lies in assay-lab/TRACK, or where --lab DIR says.\n";
}

std::string lab_next_text(const LabState& state) {
  const auto missing = state.missing();
  if (missing.empty()) {
    return "complete: assay lab export";
  }
  const std::string dose = next_dose_text(state);
  return (dose.empty() ? "" : dose + "\n") + "next: " + missing.front();
}

std::string lab_reveals_text(const LabState& state, std::size_t part) {
  std::string text;
  for (const FlowQuestion& question : state.part(part).questions) {
    if (const auto found = reveal(state, part, question)) {
      for (std::size_t i = 0; i < found->sentences.size(); ++i) {
        text += fmt::format("  {:<9} {}\n", i == 0 ? question.id : "", shown(found->sentences[i]));
      }
    }
  }
  return text.empty() ? text : "  -- what holds, and what was measured\n" + text;
}

std::string lab_thresholds_text(const LabState& state, std::size_t part) {
  std::string text;
  if (!state.locked(part)) {
    return text;
  }
  const auto thresholds = control_thresholds(state, part);
  for (const ControlThreshold& found : thresholds) {
    text += threshold_text(found);
  }
  const auto fleet = thresholds.empty() ? std::nullopt : fleet_of(state, part);
  if (fleet) {
    text += fmt::format("  fleet     a share of {} over the window (at most {}):", format_percent(fleet->risk.share),
                        format_percent(fleet->risk.share_upper));
    for (const FleetRow& row : fleet->risk.rows) {
      text += fmt::format("  N={} {} (up to {})", row.devices, format_percent(row.point), format_percent(row.upper));
    }
    text += fmt::format("\n            1 % at 1,000 devices needs {:.2g}; independent devices are assumed\n",
                        fleet->needed_share_1000);
  }
  return text;
}

std::string lab_status_text(const LabState& state, const LedgerReading& reading, bool busy) {
  const FlowDefinition& flow = state.flow();
  const LabBegin& begin = state.begin();
  std::string text = fmt::format(
      "{}: {}\n  north star  {}\n  claim       {}\n  window      {} of {} on {}\n  time        about {} of measuring "
      "in "
      "all{}\n",
      flow.title, flow.persona, flow.north_star, flow.claim, flow.window, flow.workload, shown(begin.machine.label),
      format_duration(seconds(flow_time(flow, begin.duration)), Charset::ascii),
      begin.duration.empty() ? "" : fmt::format("; SHORT: {} each", shown(begin.duration)));
  if (!begin.nonce.empty()) {
    text += fmt::format("  nonce       {}\n", shown(begin.nonce));
  }
  text += fmt::format("  ledger      {} lines, {}\n", reading.entries.size(),
                      reading.intact() ? "chain intact" : "CHAIN BROKEN: " + shown(reading.problem));
  if (!reading.torn.empty()) {
    text += fmt::format("              {} torn bytes at its end; the next line sets them aside\n", reading.torn.size());
  }
  if (busy) {
    text += "  a run goes on now\n";
  } else if (!state.unfinished().empty()) {
    text += fmt::format("              {} of its runs began and left nothing\n", state.unfinished().size());
  }
  for (std::size_t number = 1; number <= flow.parts.size(); ++number) {
    text += part_text(state, number);
  }
  if (const auto decision = state.decision()) {
    text += fmt::format("\nDecision: {} by {}\n", shown(decision->body->decision), shown(decision->body->metric));
  }
  return text + "\n" + lab_next_text(state) + "\n";
}

}  // namespace assay
