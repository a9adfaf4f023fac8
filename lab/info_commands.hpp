#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

/// `assay doctor`: what could bend the numbers of this machine. --strict: environment_refused where a check stops.
struct DoctorCommandOptions {
  ConsoleOptions console;
  std::optional<std::string> json;
  bool strict = false;
  std::string cpus;    ///< those that a run would use; empty: all allowed
  std::string window;  ///< the latency window that a run would promise; may be empty
  std::string folder = "assay-results";
};
[[nodiscard]] ExitCode doctor_command(const DoctorCommandOptions& options);

/// `assay list workloads|scenarios|tracks|datasheets|arrivals|laws|runs`.
struct ListCommandOptions {
  ConsoleOptions console;
  std::string what;
  std::string folder = "assay-results";
  std::optional<std::string> json;
};
[[nodiscard]] ExitCode list_command(const ListCommandOptions& options);

struct VersionCommandOptions {
  ConsoleOptions console;
  std::optional<std::string> json;
};
[[nodiscard]] ExitCode version_command(const VersionCommandOptions& options);

/// `assay machine show` and `assay machine name LABEL`.
struct MachineCommandOptions {
  ConsoleOptions console;
  std::string label;  ///< empty: show
};
[[nodiscard]] ExitCode machine_command(const MachineCommandOptions& options);

}  // namespace assay
