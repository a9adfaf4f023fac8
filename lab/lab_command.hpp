#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/flow/lab_place.hpp"
#include "lab/flow/ledger_entry.hpp"

namespace assay {

class CommandAdder;

/// What the commands below `assay lab` take; each uses its part.
struct LabCommandOptions {
  LabPlace place;
  std::string duration;
  std::string nonce;
  std::string student;
  std::size_t part = 0;
  std::vector<std::string> words;  ///< "QUESTION=ANSWER", a run, "ID=TEXT"
  std::vector<std::string> because;
  bool sure = false;
  bool guess = false;
  std::map<std::string, std::string> controls;
  std::vector<std::string> sets;  ///< "noise=40"
  std::string file;
  std::vector<std::string> systems;
  bool wait = false;
  bool events = false;
  std::string observer;  ///< of the run; empty: as suits the machine
  LabDecision decision;
  bool draft = false;
  std::string out;
  std::string csv;
  ConsoleOptions console;
  std::optional<std::string> json;
};

/// `assay lab begin|status|lock|run|reflect|decide`: one step of the flow each, on the lab in its folder. `--json`
/// prints the state after it (schema assay/lab-state/1).
[[nodiscard]] ExitCode lab_begin_command(const LabCommandOptions& options);
[[nodiscard]] ExitCode lab_status_command(const LabCommandOptions& options);
[[nodiscard]] ExitCode lab_lock_command(const LabCommandOptions& options);
[[nodiscard]] ExitCode lab_run_command(const LabCommandOptions& options);
[[nodiscard]] ExitCode lab_reflect_command(const LabCommandOptions& options);
[[nodiscard]] ExitCode lab_decide_command(const LabCommandOptions& options);

/// `assay lab export`: JSON, Markdown and one page. run_invalid with the list where something is missing and no draft
/// was asked for.
[[nodiscard]] ExitCode lab_export_command(const LabCommandOptions& options);
/// `assay lab verify FILE`: run_invalid where the export is not intact.
[[nodiscard]] ExitCode lab_verify_command(const LabCommandOptions& options);
/// `assay lab grade DIR`: a table of a class's exports.
[[nodiscard]] ExitCode lab_grade_command(const LabCommandOptions& options);

void add_lab_command(CommandAdder& adder);

}  // namespace assay
