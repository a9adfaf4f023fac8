#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/run_document.hpp"
#include "lab/console.hpp"
#include "lab/engine.hpp"
#include "lab/engine_process.hpp"
#include "lab/machine_lock.hpp"
#include "lab/run_options.hpp"

namespace assay {

/// Where and how a command measures; the same for run, peak and tour.
struct MeasurementOptions {
  std::string folder = "assay-results";
  std::optional<Nanoseconds> time_limit;  ///< of one measurement; absent: generous, from what is asked
  std::optional<ObserverMode> observer;   ///< how it is watched; absent: as suits the machine and the window
  bool wait = false;                      ///< wait for another measurement on this machine instead of refusing
};

/// A finished measurement with its file.
struct Measured {
  EngineOutcome outcome;
  std::optional<RunDocument> run;  ///< absent when none was written
};

/// Measures in child processes, one at a time, holding the machine's lock.
class Measurements {
 public:
  /// Makes the folder and takes the lock. Throws CommandError: file if the folder cannot be written,
  /// environment_refused if somebody else measures on this machine.
  Measurements(const MeasurementOptions& options, Console& console, const std::string& what);

  /// Called with each event of the engine, besides the console. May be empty.
  void on_event(std::function<void(const Event&)> action) { on_event_ = std::move(action); }

  /// Where results go from now on: a folder that is there.
  void write_into(std::string folder) { options_.folder = std::move(folder); }

  /// Stands before the name of every phase from now on, in the events that on_event() gets: which of several
  /// measurements it is. Empty: nothing.
  void name_phases(std::string prefix) { phase_prefix_ = std::move(prefix); }

  /// Throws CommandError as request_from() does, before a process is started.
  [[nodiscard]] Measured measure(const RunOptions& run, const std::string& title);

  /// This program again with other arguments, as the measuring process of another command. A limit that a person gave
  /// goes before that of the watch.
  struct ProgramWatch {
    std::string title;  ///< of the status line
    ObserverMode observer = ObserverMode::quiet;
    Nanoseconds time_limit = kNever;
  };
  [[nodiscard]] EngineOutcome measure_program(const std::vector<std::string>& arguments, const ProgramWatch& watch);

  [[nodiscard]] bool interrupted() const { return interrupts_.count() > 0; }
  [[nodiscard]] const std::string& folder() const { return options_.folder; }

 private:
  [[nodiscard]] Event prefixed(Event event) const;

  MeasurementOptions options_;
  Console& console_;
  Interrupts interrupts_;
  std::optional<MachineLock> lock_;
  std::function<void(const Event&)> on_event_;
  std::string phase_prefix_;
  std::size_t allowed_cpu_count_;
};

}  // namespace assay
