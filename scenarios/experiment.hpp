#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"
#include "harness/machine.hpp"
#include "loadgen/run_progress.hpp"
#include "scenarios/run_request.hpp"

namespace assay {

/// What can be seen of the measured part while it runs.
struct MeasuringView {
  std::shared_ptr<RunProgress> progress;
  std::function<std::vector<DoseRecord>()> doses;  ///< delivered so far; may be empty
};

/// What the measuring process tells whoever watches. The calls come from the thread that runs the experiment, never
/// from the issuing path.
struct RunObserver {
  std::function<void(const std::string& phase, std::optional<Nanoseconds> expected)> on_phase;
  std::function<void(const std::string& warning)> on_warning;
  /// Called once before the first query: from then on both may be read at any time until on_phase is called next.
  std::function<void(const MeasuringView& view)> on_measuring;
};

/// A person asked for the end before the first query.
struct StoppedBeforeMeasuring : std::runtime_error {
  StoppedBeforeMeasuring() : std::runtime_error("stopped before anything was measured") {}
};

/// Places the threads, reads the conditions, prepares and verifies the workload, warms up, runs the test, checks the
/// answers and judges. The document lacks only what the caller knows: the tool's version, its id, its time and the
/// observer. Throws std::invalid_argument listing all problems, before anything is measured, and std::runtime_error
/// if the workload's output is wrong before the run, and StoppedBeforeMeasuring.
[[nodiscard]] RunDocument run_experiment(const RunRequest& request, const Machine& machine, const std::stop_token& stop,
                                         const RunObserver& observer);

}  // namespace assay
