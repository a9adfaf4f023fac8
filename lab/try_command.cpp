#include "lab/try_command.hpp"

#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <stdexcept>

#include "analysis/run_file.hpp"
#include "harness/quantity.hpp"
#include "lab/honest_run.hpp"
#include "lab/json_output.hpp"
#include "lab/run_request_text.hpp"
#include "lab/try_plan.hpp"
#include "lab/try_view.hpp"

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
    describe();
  }

  ExitCode run() {
    Measurements measurements(options_.measurement, console_,
                              command_text(fmt::format("try {}", experiment_.name), options_.run));
    std::optional<ExitCode> failure;
    try {
      measure_pairs(measurements);
    } catch (const CommandError& error) {
      failure = error.code();
      console_.error(error.what());
    } catch (const std::exception& error) {  // the pairs before it are kept
      failure = ExitCode::run_invalid;
      console_.error(error.what());
    }
    result_.interrupted = measurements.interrupted();
    if (result_.runs.size() % 2 == 1) {
      result_.runs.pop_back();  // half a pair compares nothing; its file is kept
    }
    report(measurements.folder());
    if (result_.interrupted) {
      console_.warning("interrupted: the pairs that are complete are kept");
      return ExitCode::interrupted;
    }
    return failure.value_or(ExitCode::ok);
  }

 private:
  void describe() {
    const RunRequest a = request_from(plan_.a);  // says what is wrong before anything is measured
    (void)request_from(plan_.b);
    result_.experiment = experiment_.name;
    result_.workload = options_.run.workload;
    result_.scenario = flag_of(a.settings.scenario);
    result_.a = experiment_.a;
    result_.b = experiment_.b;
    result_.command_a = command_text("run", plan_.a);
    result_.command_b = command_text("run", plan_.b);
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
    const Measured one = measurements.measure(is_b ? plan_.b : plan_.a, title);
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
    result_.synthetic = one.run->synthetic;
    result_.runs.push_back(try_run_of(*one.run, is_b, *one.outcome.file));
    console_.note(try_run_line(result_.runs.back(), console_.text_style().charset));
    return true;
  }

  void report(const std::string& folder) {
    const std::string json = try_json(result_);
    std::string created = utc_timestamp(std::time(nullptr));
    std::erase(created, ':');
    const auto kept = std::filesystem::path(folder) /
                      fmt::format("{}_{}.{}.try.json", created, options_.run.workload, experiment_.name);
    write_text(kept.string(), json);
    if (options_.json != "-") {
      console_.result(try_text(result_, console_.text_style().charset));
      console_.result(fmt::format("result file: {}\n", kept.string()));
    }
    write_json(options_.json, json, console_);
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
