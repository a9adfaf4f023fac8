#include "lab/soak_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "harness/file_source.hpp"
#include "harness/machine.hpp"
#include "harness/quantity.hpp"
#include "lab/command_flags.hpp"

namespace assay {

void add_soak_flags(CLI::App& sub, SoakCommandOptions& options) {
  sub.add_option("--for", options.length, "how long (default: 600s); under 120s it is labelled burst only")
      ->type_name("T")
      ->group("Length");
  add_run_flags(&sub, options.run.run,
                {"soak", "duration", "max-duration", "mode", "max-queries", "selection", "same-index"});
  sub.add_flag("--dry-run", options.run.dry_run, "print the plan, measure nothing")->group("Output");
  sub.add_option("--fail-on", options.run.fail_on, "exit 1 if one holds, e.g. invalid,p99>10ms")
      ->type_name("LIST")
      ->group("Output");
  add_json(&sub, options.run.json);
  add_measurement(&sub, options.run.measurement);
  add_console(&sub, options.run.console);
}

namespace {

std::size_t cpu_count_of(const RunOptions& run) {
  const auto cpus = run.value("cpus");
  return cpus ? std::max<std::size_t>(1, cpu_list(*cpus).size()) : detect_machine().allowed_cpus().size();
}

bool is_count(const std::string& text) {
  try {
    return parse_count(text) > 0;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

}  // namespace

RunOptions soak_run(const SoakCommandOptions& options) {
  try {
    if (parse_duration(options.length) <= Nanoseconds::zero()) {
      throw std::invalid_argument(fmt::format("'{}': a time above 0 is needed", options.length));
    }
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--for: {}", error.what()));
  }
  RunOptions run = options.run.run;
  run.set("soak", "true");
  run.set("duration", options.length);
  if (!run.value("scenario")) {
    run.set("scenario", "multi");
    if (!run.value("threads")) {
      run.set("threads", fmt::format("{}", cpu_count_of(run)));
      run.set("share-cpus", "true");
    }
    // What is no number is said later, with all the rest.
    if (const auto threads = run.value("threads"); !run.value("samples-per-query") && is_count(*threads)) {
      run.set("samples-per-query", *threads);
    }
  }
  if (!run.value("min-queries")) {
    run.set("min-queries", "1");
  }
  return run;
}

ExitCode soak_command(const SoakCommandOptions& options) {
  RunCommandOptions run = options.run;
  run.run = soak_run(options);
  return run_command(run);
}

}  // namespace assay
