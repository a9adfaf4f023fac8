#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/selftest_record.hpp"
#include "scenarios/selftest/witnessed_run.hpp"

namespace assay {

struct SelftestRequest {
  std::uint64_t seed = 1;
  std::uint64_t runs = 20;  ///< undisturbed ones of each known system
  std::string only;         ///< one of selftest_groups(); empty: all of them
};

/// Groups of checks that can be made alone. "laws" holds all that the runs of the known systems show.
[[nodiscard]] const std::vector<std::string>& selftest_groups();

/// Who is told what is going on, from the thread that runs the self-test, never within a run.
struct SelftestObserver {
  std::function<void(const std::string& phase, std::optional<Nanoseconds> expected)> on_phase;
};

/// What every group of checks is handed.
struct SelftestContext {
  const SelftestRequest& request;
  const SelftestPlace& place;
  const std::stop_token& stop;
  const SelftestObserver& observer;

  void phase(const std::string& name, std::optional<Nanoseconds> expected = std::nullopt) const {
    if (observer.on_phase) {
      observer.on_phase(name, expected);
    }
  }
};

struct SelftestOutcome {
  std::vector<SelftestCheck> checks;
  std::string scheduling;  ///< of the generator and the systems
};

/// All checks that one process can make, on the machine as it is. What a check rests on is measured with it, and where
/// it does not hold the check says so. `instrument` says what every run of it is made with. Throws std::runtime_error
/// if a CPU cannot be had.
[[nodiscard]] SelftestOutcome run_selftest(const SelftestRequest& request, const RunDocument& instrument,
                                           const std::stop_token& stop, const SelftestObserver& observer);

/// "others took 3.1 % of the machine's CPU time, the hypervisor 0.4 %", or why that is not known.
[[nodiscard]] std::string machine_state_between(const std::optional<CpuTimes>& before,
                                                const std::optional<CpuTimes>& after);

}  // namespace assay
