#include "lab/fleet_command.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

#include "analysis/bundle_file.hpp"
#include "analysis/run_file_field.hpp"
#include "harness/quantity.hpp"
#include "lab/bundle_scan.hpp"
#include "lab/fleet_plan.hpp"
#include "lab/fleet_status.hpp"
#include "lab/host_list.hpp"
#include "lab/json_output.hpp"
#include "lab/suite_plan.hpp"
#include "scenarios/suite_definition.hpp"

namespace assay {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> hosts_of(const std::string& list) {
  try {
    return expand_hosts(list);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--nodes: {}", error.what()));
  }
}

std::string absolute(const std::string& path) {
  std::string text = fs::absolute(path).lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) {
    text.pop_back();
  }
  return text;
}

std::uint64_t seconds_from(const std::string& flag, const std::string& text) {
  constexpr Nanoseconds kMost = std::chrono::hours{24 * 30};
  Nanoseconds time{0};
  try {
    time = parse_duration(text);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("{}: {}", flag, error.what()));
  }
  if (time > kMost) {
    throw CommandError(ExitCode::usage, fmt::format("{} {}: 30 days at most", flag, text));
  }
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(time).count());
}

/// Twice what the suite is expected to take, and five minutes; half an hour where this machine cannot tell.
std::uint64_t usual_minutes(const SuiteDefinition& suite) {
  constexpr std::uint64_t kUnknown = 30;
  try {
    return static_cast<std::uint64_t>(
               std::chrono::ceil<std::chrono::minutes>(2 * plan_suite(suite).expected()).count()) +
           5;
  } catch (const CommandError&) {
    return kUnknown;  // the nodes may have what is missing here
  }
}

void check_partition(const FleetPlanCommandOptions& options) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,";
  if (options.partition.find_first_not_of(kLetters) != std::string::npos) {
    throw CommandError(ExitCode::usage, fmt::format("--partition '{}': letters, digits, '-', '_', '.' and ','",
                                                    printable(options.partition, 80)));
  }
  if (options.via != "slurm" && (options.array || !options.partition.empty())) {
    throw CommandError(ExitCode::usage, "--array and --partition are of --via slurm");
  }
}

FleetPlan plan_of(const FleetPlanCommandOptions& options) {
  check_partition(options);
  const SuiteDefinition suite = suite_named(options.suite);
  // A bare name is looked for in PATH, on each node.
  FleetPlan plan{
      .program = options.program.find('/') == std::string::npos ? options.program : absolute(options.program),
      .suite = fs::exists(options.suite) ? absolute(options.suite) : options.suite,
      .suite_name = printable(suite.name, 60),
      .node_list = options.nodes,
      .nodes = hosts_of(options.nodes),
      .out = absolute(options.out),
      .partition = options.partition,
      .array = options.array};
  plan.minutes = usual_minutes(suite);
  if (!options.time.empty()) {
    plan.minutes = std::max<std::uint64_t>(1, (seconds_from("--time", options.time) + 59) / 60);
  }
  if (!options.stagger.empty()) {
    plan.stagger_s = seconds_from("--stagger", options.stagger);
    // The last one has to end in time, too.
    plan.minutes += (plan.stagger_s * (plan.nodes.size() - 1) + 59) / 60;
  }
  return plan;
}

/// What the first INVALID run of a bundle says of itself; empty where none can be read.
std::string first_reason(const fs::path& folder) {
  constexpr std::size_t kLongest = 160;
  try {
    for (const BundledRun& one : load_bundle(folder).runs) {
      if (!one.run.valid && !one.run.invalid_reasons.empty()) {
        return fmt::format("{}: {}", one.entry.step, printable(one.run.invalid_reasons.front().message, kLongest));
      }
    }
  } catch (const std::exception&) {
    return {};  // its list of contents named the code of the reason already
  }
  return {};
}

}  // namespace

ExitCode fleet_plan_command(const FleetPlanCommandOptions& options) {
  Console console(options.console);
  std::string text;
  try {
    text = fleet_plan_text(plan_of(options), options.via);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, error.what());
  }
  console.result(text);
  return ExitCode::ok;
}

ExitCode fleet_status_command(const FleetStatusCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  const std::vector<std::string> expected =
      options.nodes.empty() ? std::vector<std::string>{} : hosts_of(options.nodes);
  const std::string suite = options.suite.empty() ? "" : suite_named(options.suite).sha256;
  ResultIndex index(cache_folder(), [&console](const std::string& line) { console.note(line); });
  BundleScan scan = scan_bundles(options.folder, index);
  FleetStatus status = fleet_status(std::move(scan.bundles), std::move(scan.refused), expected, suite);
  for (NodeStatus& node : status.nodes) {
    if (node.word == "INVALID") {
      if (std::string reason = first_reason(fs::path(options.folder) / node.place); !reason.empty()) {
        node.reason = std::move(reason);
      }
    }
  }
  write_json(options.json, fleet_status_json(status), console);
  if (options.json != "-") {
    console.result(fleet_status_text(status, console.text_style().charset));
  }
  if (status.count(NodeState::missing) > 0) {
    console.note("starting the plan again measures only what is missing");
  }
  return exit_code_of(status);
}

}  // namespace assay
