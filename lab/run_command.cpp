#include "lab/run_command.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <vector>

#include "analysis/report_text.hpp"
#include "analysis/run_file.hpp"
#include "harness/quantity.hpp"
#include "lab/fail_on.hpp"
#include "lab/json_output.hpp"
#include "lab/run_plan_json.hpp"
#include "lab/run_request_text.hpp"

namespace assay {

namespace {

/// The weightier of two ends: an interruption before a tripped condition before an INVALID run.
ExitCode worse(ExitCode a, ExitCode b) {
  for (const ExitCode code : {ExitCode::interrupted, ExitCode::file, ExitCode::usage, ExitCode::environment_refused,
                              ExitCode::fail_on_tripped, ExitCode::run_invalid}) {
    if (a == code || b == code) {
      return code;
    }
  }
  return a;
}

std::vector<FailCondition> conditions_of(const std::optional<std::string>& text) {
  try {
    return text ? parse_fail_on(*text) : std::vector<FailCondition>{};
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--fail-on: {}", error.what()));
  }
}

void require_one_format(const RunCommandOptions& options) {
  if (options.events && options.json == "-") {
    throw CommandError(ExitCode::usage, "--events and --json both want stdout; give one a file: --json=FILE");
  }
}

std::uint64_t repeats_of(const std::string& text) {
  constexpr std::uint64_t kMost = 10'000;
  try {
    const std::uint64_t count = parse_count(text);
    if (count >= 1 && count <= kMost) {
      return count;
    }
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--repeat: {}", error.what()));
  }
  throw CommandError(ExitCode::usage, fmt::format("--repeat {}: must be within 1 and {}", text, kMost));
}

class RunCommand {
 public:
  explicit RunCommand(const RunCommandOptions& options)
      : options_(options),
        console_(options.console),
        fail_on_(conditions_of(options.fail_on)),
        repeat_(repeats_of(options.repeat)) {
    require_one_format(options);
    require_json_target(options.json);
  }

  ExitCode run() {
    const RunRequest request = request_from(options_.run);  // before a folder is made or a lock is taken
    if (options_.dry_run) {
      console_.result(options_.json ? run_plan_json(request) : run_plan_text(request));
      return ExitCode::ok;
    }
    Measurements measurements(options_.measurement, console_, command_text("run", options_.run));
    if (options_.events) {
      measurements.on_event([this](const Event& event) { console_.result(to_line(event)); });
    }
    ExitCode code = ExitCode::ok;
    for (std::uint64_t i = 0; i < repeat_ && !measurements.interrupted() && code != ExitCode::file; ++i) {
      code = worse(code, measure_once(measurements, i));
    }
    if (options_.json && !jsons_.empty()) {
      write_json(options_.json, repeat_ == 1 ? jsons_.front() : runs_json("assay/runs/1", jsons_), console_);
    }
    return code;
  }

 private:
  ExitCode measure_once(Measurements& measurements, std::uint64_t number) {
    RunOptions run = options_.run;
    const std::string title = repeat_ == 1 ? options_.run.value("scenario").value_or("single")
                                           : fmt::format("run {} of {}", number + 1, repeat_);
    const Measured measured = measurements.measure(run, title);
    for (const std::string& line : measured.outcome.errors) {
      console_.error(line);
    }
    if (!measured.run) {
      return measured.outcome.code;
    }
    show(measured);
    ExitCode code = measured.outcome.code;
    for (const std::string& sentence : tripped(fail_on_, *measured.run)) {
      console_.error("--fail-on: " + sentence);
      code = code == ExitCode::interrupted ? code : ExitCode::fail_on_tripped;
    }
    return code;
  }

  void show(const Measured& measured) {
    if (options_.json) {
      jsons_.push_back(to_json(*measured.run));
    }
    if (options_.json != "-" && !options_.events) {
      console_.result(run_summary_text(*measured.run, console_.text_style()));
      console_.result(fmt::format("result file: {}\n", *measured.outcome.file));
    } else {
      for (const std::string& text : measured.run->warnings) {
        console_.warning(text);
      }
      console_.note("result file: " + *measured.outcome.file);
    }
    if (measured.run->interrupted) {
      console_.warning("interrupted: what was measured is kept and flagged");
    }
  }

  const RunCommandOptions& options_;
  Console console_;
  std::vector<FailCondition> fail_on_;
  std::uint64_t repeat_;
  std::vector<std::string> jsons_;
};

}  // namespace

ExitCode run_command(const RunCommandOptions& options) { return RunCommand(options).run(); }

}  // namespace assay
