#include "lab/try_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "analysis/run_mark.hpp"
#include "harness/quantity.hpp"
#include "lab/honest_run.hpp"
#include "lab/json_output.hpp"
#include "lab/kept_result.hpp"
#include "lab/run_request_text.hpp"
#include "lab/try_plan.hpp"
#include "lab/try_view.hpp"
#include "scenarios/custom/custom_workload.hpp"

namespace assay {
namespace {

std::uint64_t pairs_from(const std::string& text) {
  constexpr std::uint64_t kMost = 100;
  try {
    const std::uint64_t pairs = parse_count(text);
    if (pairs >= 1 && pairs <= kMost) {
      return pairs;
    }
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--pairs: {}", error.what()));
  }
  throw CommandError(ExitCode::usage, fmt::format("--pairs {}: must be within 1 and {}", text, kMost));
}

/// Several runs in turn take a while: shorter than a single run unless a length was asked for.
RunOptions with_defaults(RunOptions run) {
  if (!run.value("duration")) {
    run.set("duration", "5s");
  }
  return run;
}

/// Folders are nobody's business who reads a result.
std::string command_for_result(RunOptions run) {
  const std::string shown = shown_workload(run.workload);
  if (shown != run.workload) {
    run.workload = shown;
    std::ranges::transform(run.parameters, run.parameters.begin(),
                           [](const std::string& parameter) { return without_folders(parameter); });
  }
  return command_text("run", run);
}

class TryCommand {
 public:
  explicit TryCommand(const TryCommandOptions& options)
      : console_(options.console), options_(options), experiment_(try_experiment(options.experiment)) {
    require_json_target(options.json);
    result_.pairs_planned = pairs_from(options.pairs);
    const TryPlace place = try_place_here();
    if (options.run.workload.empty()) {
      throw CommandError(ExitCode::usage,
                         fmt::format("try {}: name a workload (assay list workloads)", options.experiment));
    }
    plan_ = try_plan(experiment_, with_defaults(options.run), place);
    if (const auto refusal = try_refusal(experiment_, place)) {
      throw CommandError(ExitCode::environment_refused,
                         fmt::format("try {}: not possible here: {}", experiment_.name, *refusal));
    }
    describe(place);
  }

  ExitCode run() {
    Measurements measurements(options_.measurement, console_,
                              command_text(fmt::format("try {}", experiment_.name), options_.run));
    std::optional<ExitCode> failure;
    try {
      measure_pairs(measurements);
    } catch (const std::exception& error) {  // the pairs before it are kept
      const CommandFailure failed = failure_of(error);
      failure = failed.code;
      console_.error(failed.line);
    }
    result_.interrupted = measurements.interrupted();
    if (result_.runs.size() % 2 == 1) {
      result_.runs.pop_back();  // half a pair compares nothing; its file is kept
    }
    keep_and_show({.workload = result_.workload,
                   .mark = result_.mark,
                   .kind = fmt::format("{}.try", experiment_.name),
                   .json = try_json(result_),
                   .text = try_text(result_, console_.text_style().charset)},
                  measurements.folder(), options_.json, console_);
    if (result_.interrupted) {
      console_.warning("interrupted: the pairs that are complete are kept");
      return ExitCode::interrupted;
    }
    if (failure) {
      return *failure;
    }
    return std::ranges::any_of(try_rows(result_), &TryRow::has_verdict) ? ExitCode::ok : ExitCode::run_invalid;
  }

 private:
  void describe(const TryPlace& place) {
    const RunRequest a = request_from(plan_.a);  // says what is wrong before anything is measured
    (void)request_from(plan_.b);
    result_.experiment = experiment_.name;
    result_.workload = shown_workload(options_.run.workload);
    result_.scenario = flag_of(a.settings.scenario);
    result_.a = experiment_.a;
    result_.b = try_side_b(experiment_, place);
    result_.command_a = command_for_result(plan_.a);
    result_.command_b = command_for_result(plan_.b);
  }

  /// A B B A A B ...: what drifts over the time of the experiment is shared by both sides.
  void measure_pairs(Measurements& measurements) {
    for (std::uint64_t pair = 0; pair < result_.pairs_planned; ++pair) {
      for (const bool is_b : {pair % 2 == 1, pair % 2 == 0}) {
        if (!measure_side(measurements, pair, is_b)) {
          return;
        }
      }
    }
  }

  bool measure_side(Measurements& measurements, std::uint64_t pair, bool is_b) {
    const std::string title =
        fmt::format("{} pair {} of {}: {}", experiment_.name, pair + 1, result_.pairs_planned, is_b ? "B" : "A");
    const Measured one = measurements.measure(of_pair(is_b ? plan_.b : plan_.a, pair), title);
    if (measurements.interrupted()) {
      return false;
    }
    if (!one.run) {
      throw CommandError(one.outcome.code, fmt::format("{}", fmt::join(one.outcome.errors, "; ")));
    }
    require_honest(*one.run);
    for (const std::string& warning : one.run->warnings) {
      console_.warning(fmt::format("{}: {}", is_b ? "B" : "A", warning));
    }
    result_.mark = mark_of(*one.run);
    result_.runs.push_back(try_run_of(*one.run, is_b, *one.outcome.file));
    console_.note(try_run_line(result_.runs.back(), result_.mark, console_.text_style().charset));
    return true;
  }

  Console console_;
  const TryCommandOptions& options_;
  const TryExperiment& experiment_;
  TryPlan plan_;
  TryResult result_;
};

}  // namespace

ExitCode try_command(const TryCommandOptions& options) { return TryCommand(options).run(); }

}  // namespace assay
