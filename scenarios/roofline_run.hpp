#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/roofline_measurement.hpp"
#include "harness/machine.hpp"
#include "harness/time.hpp"
#include "scenarios/roofline_plan.hpp"

namespace assay {

struct RooflineRequest {
  std::vector<int> cpus;  ///< empty: one hardware thread of each allowed core
  RooflineParts parts{};
  Nanoseconds time_limit = std::chrono::seconds{14};  ///< of the rounds; preparing comes on top
  std::uint64_t seed = 1;
  std::optional<KernelChoice> workload{};  ///< as in RooflinePlanRequest
  bool layers = false;
  std::optional<std::int32_t> gpu{};  ///< this one's roofline in place of the processor's
  SystemLimits limits{};  ///< its stream and pages are set up here; the CPUs and the instruction set are the caller's
};

/// What the measuring process tells whoever watches.
struct RooflineObserver {
  std::function<void(const std::string& phase, std::optional<Nanoseconds> expected)> on_phase;
  std::function<void(std::uint64_t done, std::uint64_t planned)> on_progress;
  std::function<void(const std::string& warning)> on_warning;

  void phase(const std::string& name, std::optional<Nanoseconds> expected = std::nullopt) const {
    if (on_phase) {
      on_phase(name, expected);
    }
  }
  /// The result has it too.
  void warn(RooflineMeasurement& result, const std::string& text) const {
    result.warnings.push_back(text);
    if (on_warning) {
      on_warning(text);
    }
  }
};

/// Sweeps the memory levels, prepares every subject on its own CPUs, measures all of them in rounds, counts what the
/// hardware counts, and checks the outputs. The result lacks only what the caller knows: id, time and the tool. A stop
/// request keeps what was measured until then, flagged as interrupted. Throws std::invalid_argument for CPUs that
/// cannot be used and std::runtime_error naming the call that failed.
[[nodiscard]] RooflineMeasurement run_roofline(const RooflineRequest& request, const Machine& machine,
                                               const std::stop_token& stop, const RooflineObserver& observer);

}  // namespace assay
