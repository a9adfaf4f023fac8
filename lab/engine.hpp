#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/run_options.hpp"

namespace assay {

/// How the measuring process is watched while it measures; part of the result.
enum class ObserverMode {
  none,   ///< nobody
  quiet,  ///< phases only: nothing runs beside the measured part
  live,   ///< progress twice a second
  fast,   ///< ten times a second: to measure what watching costs
};
[[nodiscard]] std::string name_of(ObserverMode mode);  ///< "none", "quiet", "live@2Hz", "live@10Hz"
/// The mode of that name; nothing for another text.
[[nodiscard]] std::optional<ObserverMode> observer_named(std::string_view name);
/// Names of all modes.
[[nodiscard]] std::vector<std::string> observer_names();

/// The observer that disturbs least and still says something: quiet where two CPUs or fewer are there for all, or the
/// window is below a millisecond.
[[nodiscard]] ObserverMode choose_observer(bool wanted, std::size_t allowed_cpu_count, double window_s);

struct EngineOptions {
  RunOptions run;
  int events_descriptor = -1;
  std::string folder;  ///< where the result file goes
  ObserverMode observer = ObserverMode::quiet;
};

/// The arguments of the process that measures, without the descriptor of its events: `assay run ...`.
[[nodiscard]] std::vector<std::string> engine_arguments(const EngineOptions& options);

/// The measuring process: measures, writes the result file, and says on the event descriptor what happens. Blocks
/// SIGINT and SIGTERM in all threads; the first one ends the run early, and what was measured is kept and flagged.
/// Returns the exit code; errors are events and come back as their code.
[[nodiscard]] int run_engine(const EngineOptions& options);

}  // namespace assay
