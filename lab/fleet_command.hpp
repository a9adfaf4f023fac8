#pragma once

#include <optional>
#include <string>

#include "lab/command_adder.hpp"
#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

/// `assay index DIR`.
struct IndexCommandOptions {
  std::string folder;
  std::string output = "index.html";  ///< "-": stdout
  std::string title;                  ///< empty: of the folder's name
  std::optional<std::string> json;    ///< "-": stdout, else a file
  ConsoleOptions console;
};
[[nodiscard]] ExitCode index_command(const IndexCommandOptions& options);

/// `assay fleet plan SUITE`: prints, never starts.
struct FleetPlanCommandOptions {
  std::string suite;
  std::string nodes;
  std::string via;
  std::string out;
  std::string program = "assay";
  std::string time;  ///< empty: twice what the suite is expected to take, and five minutes
  std::string partition;
  std::string stagger;
  bool array = false;
  ConsoleOptions console;
};
[[nodiscard]] ExitCode fleet_plan_command(const FleetPlanCommandOptions& options);

/// `assay fleet status DIR`.
struct FleetStatusCommandOptions {
  std::string folder;
  std::string suite;
  std::string nodes;
  std::optional<std::string> json;
  ConsoleOptions console;
};
[[nodiscard]] ExitCode fleet_status_command(const FleetStatusCommandOptions& options);

/// All three.
void add_fleet_commands(CommandAdder& adder);

}  // namespace assay
