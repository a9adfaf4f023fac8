#pragma once

#include <cstdint>
#include <vector>

#include "scenarios/selftest/selftest.hpp"

namespace assay {

/// The runs of one known system, with what is needed of them later.
struct KnownRuns {
  KnownSystem system;
  std::vector<RunDocument> undisturbed;                   ///< at every percentile
  std::vector<std::int64_t> recorded_minus_witnessed_ns;  ///< latencies of all queries of all runs
  std::vector<std::int64_t> late_recorded_ns;             ///< Server only, all runs
  std::vector<std::int64_t> late_witnessed_ns;
};

/// Runs every known system and judges its percentiles. `runs` gets what was measured.
[[nodiscard]] std::vector<SelftestCheck> law_checks(const SelftestContext& context, std::vector<KnownRuns>& runs);

/// `wanted` undisturbed runs of a system, or fewer where the machine does not give them within half as many more tries.
/// `number`: it draws from seeds of its own.
[[nodiscard]] KnownRuns run_known_system(const SelftestContext& context, const KnownSystem& system,
                                         std::uint64_t number, std::uint64_t wanted);

/// The intervals on dependent data, where the answer needs many series: drawn in memory, not measured.
[[nodiscard]] SelftestCheck burst_coverage_check(const SelftestContext& context);

/// The instrument's time stamps against the account that each system kept of itself.
[[nodiscard]] std::vector<SelftestCheck> stamp_checks(const std::vector<KnownRuns>& runs);

/// Equal systems must not be called different, and one that is slower must be called so.
[[nodiscard]] std::vector<SelftestCheck> comparison_checks(const SelftestContext& context,
                                                           const std::vector<KnownRuns>& runs);

/// Lateness of the generator: as it is, and where the system itself blocks it for a known time.
[[nodiscard]] std::vector<SelftestCheck> lateness_checks(const SelftestContext& context,
                                                         const std::vector<KnownRuns>& runs);

/// Injected load: asked, booked, and seen by a thread from which it was taken.
[[nodiscard]] std::vector<SelftestCheck> dose_checks(const SelftestContext& context);

/// The clock of the measurements and the probe of the core's clock, against the counter of the CPU.
[[nodiscard]] std::vector<SelftestCheck> clock_checks(const SelftestContext& context);

}  // namespace assay
