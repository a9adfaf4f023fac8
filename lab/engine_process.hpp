#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/time.hpp"
#include "lab/command_error.hpp"
#include "lab/events.hpp"
#include "lab/interrupts.hpp"

namespace assay {

/// What came of a measurement in its own process.
struct EngineOutcome {
  ExitCode code = ExitCode::ok;
  std::optional<std::string> file;    ///< the result, where one was written
  std::vector<std::string> warnings;  ///< as the engine said them
  std::vector<std::string> errors;    ///< why there is no result, one line each
};

/// How the caller follows a measurement.
struct EngineWatch {
  std::function<void(const Event&)> on_event;
  std::function<void()> on_tick;  ///< about every `tick`, for a status line
  Nanoseconds tick = std::chrono::milliseconds{500};
  Nanoseconds time_limit = kNever;  ///< then the engine is asked to stop, and 10 s later killed
};

/// Measures in a child process and returns when it is gone: this program again with `arguments` (its name first) and
/// `--events-fd=3`, the descriptor that its events come from. The child has its own process group, so that Ctrl-C
/// reaches this process only: the first one is handed on and keeps what was measured, the second one kills. The child
/// dies with this process, whatever kills it.
[[nodiscard]] EngineOutcome measure_in_child(const std::vector<std::string>& arguments, const EngineWatch& watch,
                                             const Interrupts& interrupts);

}  // namespace assay
