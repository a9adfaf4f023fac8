#pragma once

#include "analysis/percentile.hpp"
#include "analysis/run_distributions.hpp"
#include "analysis/run_document.hpp"
#include "harness/slow_service_log.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// What happened around the workers during the run, beside their own account.
struct AttributionContext {
  Percentile percentile = Percentile::of_parts_per_million(990'000);  ///< the queries above it are the slow ones
  std::uint64_t worker_count = 1;
  Nanoseconds throttled{0};  ///< that a CPU quota held the process back (cgroup cpu.stat), in all
};

/// What a run offers for the attribution of its tail.
struct TailEvidence {
  ServiceAccounts accounts;
  AttributionContext context;
};

/// Splits the excess time of the slow queries, those above the context's percentile: what their latency has
/// beyond the median latency, by cause, in this order, each at most what is left:
///   generator        issued later than scheduled, beyond the median
///   own queueing     issued while every worker was busy with earlier queries, until one was free, beyond the median
///   wake-up          a worker was free, and it took so long until it ran
///   run-queue wait   ready, and something else had the CPU (schedstat)
///   CPU quota        the part of that wait in which a cgroup's quota held the process back
///   steal            neither running nor waiting: a hypervisor, or an interrupt where the kernel accounts for those
///   page faults      the rest of the service time's excess, if the kernel counted a fault meanwhile
///   migration        the same, if the thread changed its CPU
///   unattributed     the rest
/// "Page faults" and "migration" say what was seen in that query, not how long it took: no account has their time.
/// Absent where the scenario has no tail (Offline, accuracy) or nothing was slower than the median.
[[nodiscard]] std::optional<AttributionRecord> attribute_tail(const TestResult& result,
                                                              const RunDistributions& distributions,
                                                              const ServiceAccounts& accounts,
                                                              const AttributionContext& context);

/// "of the 120 slowest queries' excess time 93 % is run-queue wait, 5 % own queueing, 2 % unattributed"
[[nodiscard]] std::string attribution_sentence(const AttributionRecord& attribution);

}  // namespace assay
