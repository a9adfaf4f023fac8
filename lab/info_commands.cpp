#include "lab/info_commands.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/format.hpp"
#include "harness/file_source.hpp"
#include "harness/machine_identity.hpp"
#include "harness/steady_clock.hpp"
#include "lab/doctor_view.hpp"
#include "lab/json_output.hpp"
#include "lab/latency_window_text.hpp"
#include "lab/version.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

ConditionRequest conditions_of(const DoctorCommandOptions& options) {
  ConditionRequest request{.results_folder = std::filesystem::absolute(options.folder).string()};
  if (!options.cpus.empty()) {
    request.cpus = cpu_list(options.cpus);
    if (request.cpus.empty() || cpu_list_text(request.cpus) != options.cpus) {
      throw CommandError(ExitCode::usage,
                         fmt::format("--cpus '{}': expected an ascending list such as 0-3,8", options.cpus));
    }
  }
  if (!options.window.empty()) {
    try {
      request.latency_window = parse_latency_window(options.window).limit;
    } catch (const std::invalid_argument& error) {
      throw CommandError(ExitCode::usage, fmt::format("--slo: {}", error.what()));
    }
  }
  return request;
}

}  // namespace

ExitCode doctor_command(const DoctorCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  const ConditionRequest request = conditions_of(options);
  const Machine machine = detect_machine();
  const auto allowed = machine.allowed_cpus();
  for (const int cpu : request.cpus) {
    if (std::ranges::find(allowed, cpu) == allowed.end()) {
      throw CommandError(ExitCode::usage,
                         fmt::format("--cpus {}: this machine allows {}", cpu, cpu_list_text(allowed)));
    }
  }
  console.note("reading the machine, and listening to one CPU for 3 s ...");
  SteadyClock clock;
  const DoctorReport report = run_doctor(machine, clock, request);
  write_json(options.json, doctor_json(report, machine), console);
  if (options.json != "-") {
    console.result(
        doctor_table(report, {.utf8 = console.utf8(), .color = console.color(), .columns = console.columns()}));
  }
  return options.strict && strict_failure(report) ? ExitCode::environment_refused : ExitCode::ok;
}

ExitCode version_command(const VersionCommandOptions& options) {
  Console console(options.console);
  const BuildInfo build = build_info();
  Json json{{"schema", "assay/version/1"},    {"version", build.version},   {"revision", build.revision},
            {"dirty", build.dirty},           {"compiler", build.compiler}, {"flags", build.flags},
            {"build_type", build.build_type}, {"options", Json::object()}};
  for (const auto& [name, value] : build.options) {
    json["options"][name] = value;
  }
  write_json(options.json, json.dump(2) + "\n", console);
  if (options.json != "-") {
    console.result(version_text(build));
  }
  return ExitCode::ok;
}

ExitCode machine_command(const MachineCommandOptions& options) {
  Console console(options.console);
  if (!options.label.empty()) {
    try {
      save_machine_label(configuration_folder(), options.label);
    } catch (const std::invalid_argument& error) {
      throw CommandError(ExitCode::usage, error.what());
    } catch (const std::runtime_error& error) {
      throw CommandError(ExitCode::file, error.what());
    }
  }
  const Machine machine = detect_machine();
  const MachineIdentity identity = identify(machine);
  console.result(
      fmt::format("label   {}\nid      {}\nclass   {}\ncpu     {} ({})\ncores   {}, {} allowed to this process\nmemory "
                  " {}\nsystem  "
                  "{}, Linux {}\n",
                  identity.label, identity.id, identity.machine_class, machine.cpu_model, machine.architecture,
                  machine.core_count, cpu_list_text(machine.allowed_cpus()), format_bytes(machine.memory_total.count),
                  machine.operating_system, machine.kernel_release));
  return ExitCode::ok;
}

}  // namespace assay
