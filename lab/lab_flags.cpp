#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_adder.hpp"
#include "lab/command_flags.hpp"
#include "lab/flow/lab_view.hpp"
#include "lab/lab_command.hpp"
#include "lab/workbench/serve_flags.hpp"

namespace assay {
namespace {

using Options = std::shared_ptr<LabCommandOptions>;

CLI::App* add(CommandAdder& adder, CLI::App* lab, const Options& options, const char* name, const char* help,
              ExitCode (*command)(const LabCommandOptions&)) {
  CLI::App* const sub = adder.add(
      name, help, [options, command] { return command(*options); }, lab);
  add_json(sub, options->json);
  add_console(sub, options->console);
  return sub;
}

void add_place(CLI::App* sub, const Options& options) {
  sub->add_option("--track", options->place.track, "cloud, edge, mobile or tiny, or a file like those of share/labs/")
      ->type_name("TRACK");
  sub->add_option("--lab", options->place.folder, "folder of the lab (default: assay-lab/TRACK)")->type_name("DIR");
}

void add_part(CLI::App* sub, const Options& options) {
  sub->add_option("--part", options->part, "1, 2 or 3")->check(CLI::Range(1, 3))->type_name("N");
}

void add_begin_flags(CLI::App* sub, const Options& options) {
  sub->add_option("--nonce", options->nonce, "a word of the instructor's, copied into every lock")->type_name("WORD");
  sub->add_option("--student", options->student, "how you want to be called in the export")->type_name("NAME");
  sub->add_option("--duration", options->duration, "of each run, to try the flow out; the export says SHORT")
      ->type_name("T");
}

void add_words(CLI::App* sub, const Options& options, const char* name, const char* help) {
  sub->add_option(name, options->words, help)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_run_flags_of_lab(CLI::App* sub, const Options& options) {
  for (const char* const control : {"rate", "noise", "background", "ctxsw"}) {
    sub->add_option_function<std::string>(
           std::string("--") + control,
           [options, control](const std::string& value) { options->controls[control] = value; },
           "the control of that name")
        ->type_name("X")
        ->group("Controls");
  }
  sub->add_option("--set", options->sets, "any control of the part, e.g. noise=40; may be given several times")
      ->type_name("CONTROL=X")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->group("Controls");
  sub->add_option("--file", options->file, "a result made elsewhere, where the run takes one: JSON of assay audit")
      ->type_name("FILE");
  sub->add_option("--systems", options->systems,
                  "the two of an audit: a run of the part such as system_a, the folder of a bundle, or datasheet:NAME")
      ->type_name("A,B")
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  sub->add_flag("--wait", options->wait, "wait for another measurement on this machine instead of refusing");
  sub->add_flag_callback(
         "--events", [options] { options->events = true; },
         "phases, progress and results on stdout, a JSON object a line")
      ->group("Output");
  add_observer(sub, options->observer);
}

void add_decision_flags(CLI::App* sub, const Options& options) {
  LabDecision& decision = options->decision;
  const auto text = [&](const char* flag, std::string& target, const char* help) {
    sub->add_option(flag, target, help)->type_name("TEXT");
  };
  text("--metric", decision.metric, "the ultimate measure: usd_per_token, fps_per_watt or p99");
  text("--decision", decision.decision, "what you choose");
  text("--binding", decision.binding, "the constraint that binds");
  text("--guardrail", decision.guardrail, "the metric that must not get worse");
  text("--rejected", decision.rejected, "the comparison that you turned down");
  text("--why-rejected", decision.why_rejected, "why");
  text("--scope", decision.scope, "what your claim holds for");
  text("--risk", decision.risk, "what may still go wrong");
  text("--memo", decision.memo, "three sentences for your stakeholder");
}

void add_walk(CommandAdder& adder, CLI::App* lab, const Options& options) {
  CLI::App* const begin = add(adder, lab, options, "begin", "begin the lab of a track", lab_begin_command);
  add_place(begin, options);
  add_begin_flags(begin, options);
  add_place(add(adder, lab, options, "status", "what is asked, what was measured, what comes next", lab_status_command),
            options);
  CLI::App* const lock = add(adder, lab, options, "lock", "lock predictions of a part", lab_lock_command);
  add_place(lock, options);
  add_begin_flags(lock, options);
  add_part(lock, options);
  add_words(lock, options, "predictions", "QUESTION=ANSWER, several of a part at once");
  lock->add_option("--because", options->because, "the reason: QUESTION=REASON, or REASON alone for one question")
      ->type_name("REASON")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  lock->add_flag("--sure", options->sure, "you are sure");
  lock->add_flag("--guess", options->guess, "you guess");
  CLI::App* const run =
      add(adder, lab, options, "run", "measure a run of a part whose predictions are locked", lab_run_command);
  add_place(run, options);
  add_part(run, options);
  add_words(run, options, "run", "the run's name; may be left out where the part has one");
  add_run_flags_of_lab(run, options);
  CLI::App* const reflect = add(adder, lab, options, "reflect", "write a reflection of a part", lab_reflect_command);
  add_place(reflect, options);
  add_part(reflect, options);
  add_words(reflect, options, "texts", "ID=\"TEXT\"");
  CLI::App* const decide =
      add(adder, lab, options, "decide", "the Benchmark Strategy and what it turns down", lab_decide_command);
  add_place(decide, options);
  add_decision_flags(decide, options);
}

void add_hand_in(CommandAdder& adder, CLI::App* lab, const Options& options) {
  CLI::App* const out =
      add(adder, lab, options, "export", "JSON, Markdown and one page to hand in", lab_export_command);
  add_place(out, options);
  out->add_flag("--draft", options->draft, "also where something is missing; it is marked DRAFT");
  out->add_option("--out", options->out, "folder for the files (default: that of the lab)")->type_name("DIR");
  CLI::App* const verify =
      add(adder, lab, options, "verify", "whether an export's lines follow each other", lab_verify_command);
  add_words(verify, options, "file", "the JSON of an export");
  verify->add_option("--lab", options->place.folder, "folder of the lab with its runs (default: where the export lies)")
      ->type_name("DIR");
  CLI::App* const grade = add(adder, lab, options, "grade", "a table of a class's exports, no mark", lab_grade_command);
  add_words(grade, options, "folder", "the folder with the exports");
  grade->add_option("--csv", options->csv, "the table as CSV too")->type_name("FILE");
  for (CLI::App* const sub : {verify, grade}) {
    sub->add_option("--nonce", options->nonce, "the word that was given out")->type_name("WORD");
  }
}

/// `assay lab --track edge status` would otherwise lose the flag without a word.
void refuse_flags_before_a_word(CLI::App* lab) {
  lab->parse_complete_callback([lab] {
    for (const CLI::Option* option : lab->get_options()) {
      if (option->count() > 0 && !lab->get_subcommands().empty()) {
        throw CommandError(ExitCode::usage, "assay lab: write flags behind the word they belong to: assay lab " +
                                                lab->get_subcommands().front()->get_name() + " " + option->get_name());
      }
    }
  });
}

}  // namespace

void add_lab_command(CommandAdder& adder) {
  const auto options = std::make_shared<LabCommandOptions>();
  const auto serve = std::make_shared<std::shared_ptr<ServeCommandOptions>>();
  CLI::App* const lab =
      adder.add("lab", "the lab in a browser: predict, lock, measure, reflect, in three parts, with a ledger",
                [serve] { return serve_command(**serve); });
  *serve = add_serve_flags(lab);
  lab->require_subcommand(0, 1);
  lab->footer(
      lab_walk_text() + "\n" + exit_code_help() +
      "\nIn a lab: 3 also where an export lacks something or is not intact, 4 also where a prediction has to be "
      "locked\nfirst, another run goes on, or all runs are used up.");
  refuse_flags_before_a_word(lab);
  add_walk(adder, lab, options);
  add_hand_in(adder, lab, options);
}

}  // namespace assay
