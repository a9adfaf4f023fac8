#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/latency_distribution.hpp"
#include "analysis/run_document.hpp"
#include "harness/cpu_times.hpp"
#include "harness/steady_clock.hpp"
#include "scenarios/selftest/known_system.hpp"

namespace assay {

/// Where the self-test runs and what every run of it says of the instrument.
struct SelftestPlace {
  int issuing_cpu = 0;
  int system_cpu = 0;
  WaitPolicy wait;
  int fifo_priority = 0;   ///< of both threads: other work then moves no system off its law; 0: refused here
  RunDocument instrument;  ///< machine, identity, placement, clock and tool; no result
};

/// One run of a system with a known law: what the instrument made of it, and what the system and theory say.
struct WitnessedRun {
  RunDocument document;                         ///< written as JSON and read again, like any result
  std::vector<std::int64_t> recorded_ns;        ///< latencies as the instrument recorded them, in the order of issue
  std::vector<std::int64_t> witnessed_ns;       ///< the same by the system's own account
  std::vector<std::int64_t> ideal_ns;           ///< by the recursion on the schedule and the drawn services
  std::vector<std::int64_t> late_recorded_ns;   ///< issue after schedule, by the instrument; Server only
  std::vector<std::int64_t> late_witnessed_ns;  ///< arrival after schedule, by the system's account; Server only
  bool interrupted = false;

  /// What the machine added to this percentile: of the system's own account minus that of the recursion.
  [[nodiscard]] Nanoseconds shift(Percentile percentile) const;
};

/// How a run deviates from an ordinary one of its system.
struct WitnessedRunOptions {
  std::uint64_t seed = 0;
  std::uint64_t block_each = 0;  ///< see WitnessedSut
  Nanoseconds block{0};
  bool constant_arrivals = false;
};

/// Through the load generator, the real clock, the records, the analysis and the result file. Issues from the calling
/// thread, which is pinned by it.
[[nodiscard]] WitnessedRun run_witnessed(const KnownSystem& system, const WitnessedRunOptions& options,
                                         const SelftestPlace& place, const std::stop_token& stop);

/// Exact-rank percentile of a series; 0 of nothing.
[[nodiscard]] Nanoseconds percentile_of(std::vector<std::int64_t> values, Percentile percentile);

}  // namespace assay
