#include "lab/command_flags.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <stdexcept>
#include <string>

#include "harness/quantity.hpp"
#include "lab/engine.hpp"

namespace assay {

namespace {

Nanoseconds time_limit_from(const std::string& text) {
  try {
    return parse_duration(text);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("--time-limit: {}", error.what()));
  }
}

}  // namespace

void add_console(CLI::App* sub, ConsoleOptions& console) {
  sub->add_option("--progress", console.progress, "auto, bar, plain or none")->group("Output");
  sub->add_option("--color", console.color, "auto, always or never")->group("Output");
  sub->add_flag("--quiet", console.quiet, "errors only on stderr")->group("Output");
}

void add_json(CLI::App* sub, std::optional<std::string>& json) {
  sub->add_flag("--json{-}", json, "one JSON object on stdout, or in a file: --json=FILE")->group("Output");
}

void add_observer(CLI::App* sub, std::string& observer) {
  sub->add_option("--observer", observer,
                  "none, quiet, live@2Hz or live@10Hz: how often a run reports while it measures (default: quiet on "
                  "small machines, else live@2Hz)")
      ->check(CLI::IsMember(observer_names()))
      ->type_name("MODE")
      ->group(kMeasuringProcessGroup);
}

void add_measurement(CLI::App* sub, MeasurementOptions& measurement) {
  sub->add_option("--out", measurement.folder, "folder for result files (default: assay-results)")
      ->type_name("DIR")
      ->group("Output");
  sub->add_flag("--wait", measurement.wait, "wait for another measurement on this machine instead of refusing")
      ->group("Place");
  sub->add_option_function<std::string>(
         "--time-limit", [&measurement](const std::string& text) { measurement.time_limit = time_limit_from(text); },
         "stop a measurement that takes longer (default: ten times what is asked, and 2 min)")
      ->type_name("T")
      ->group("Length");
}

void add_run_flags(CLI::App* sub, RunOptions& run, const std::vector<std::string_view>& left_out) {
  CLI::Option* const workload = sub->add_option("workload", run.workload, "what is measured: assay list workloads")
                                    ->required()
                                    ->type_name("WORKLOAD");
  for (const RunFlag& flag : run_flags()) {
    if (std::ranges::find(left_out, flag.name) != left_out.end()) {
      continue;
    }
    const std::string dashed = "--" + std::string(flag.name);
    const std::string help(flag.help);
    CLI::Option* option = nullptr;
    if (flag.metavar.empty()) {
      option = sub->add_flag_callback(
          dashed, [&run, name = flag.name] { run.set(name, "true"); }, help);
    } else {
      option = sub->add_option_function<std::string>(
          dashed, [&run, name = flag.name](const std::string& value) { run.set(name, value); }, help);
      option->type_name(std::string(flag.metavar));
    }
    option->group(std::string(flag.group));
    if (flag.name == kServerFlag) {  // says by itself what is measured
      option->each([&run, workload](const std::string&) {
        workload->required(false);
        run.workload = run.workload.empty() ? std::string(kServerWorkload) : run.workload;
      });
    }
  }
  sub->add_option("--param", run.parameters, "parameter of the workload; may be given several times")
      ->type_name("NAME=VALUE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->group("Work");
}

}  // namespace assay
