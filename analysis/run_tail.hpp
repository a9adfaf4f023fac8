#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What a run file holds of the load that was put beside the run, and of its slow queries. Times in seconds.

namespace assay {

/// Load that was injected beside the run by one knob, asked and delivered, as a mean over the CPUs. Rates and shares
/// are of each CPU.
struct DoseRecord {
  std::string knob;  ///< "noise", "background", "ctxsw", "memory"
  std::string unit;  ///< "bursts/s", "share", "switches/s", "bytes/s"
  double requested = 0.0;
  std::optional<double> achieved;            ///< in the measured part
  std::optional<double> achieved_alone;      ///< before it, without the victim
  std::optional<double> cpu_share;           ///< of each CPU that the injectors took, by the kernel's account
  std::optional<double> length_requested_s;  ///< of a burst, CPU time
  std::optional<double> length_p50_s;        ///< of a burst, wall time
  std::optional<double> length_p99_s;
  std::vector<int> cpus;
  std::string source;      ///< "own" or "stress-ng 0.15.06"
  std::string scheduling;  ///< "SCHED_FIFO 60"
  bool delivered = false;  ///< the dose was near enough to what was asked
  std::string reason;      ///< why it was not, or why there is no reading
};

/// What the excess time of the slow queries went to.
struct AttributionRecord {
  std::uint64_t slow_count = 0;       ///< queries slower than threshold_s
  std::uint64_t without_account = 0;  ///< of those: the kernel's account was not kept
  double threshold_s = 0.0;           ///< the target percentile of the latency
  double excess_s = 0.0;              ///< sum over them of what they took beyond the median
  struct Cause {
    std::string name;  ///< "own queueing", "wake-up", "run-queue wait", "steal", ..., "unattributed"
    double excess_s = 0.0;
    std::uint64_t query_count = 0;  ///< of which it is the largest part
  };
  std::vector<Cause> causes;                         ///< all, also those of 0; their times add up to excess_s
  std::optional<double> involuntary_switches_per_s;  ///< of each worker
  std::optional<double> waited_share;                ///< of the time, each worker: ready and without a CPU
  double accounting_share = 0.0;  ///< of the workers' time, spent on reading the account: count times cost of one
};

/// Slow queries that were given to a second worker as well.
struct HedgeRecord {
  double after_s = 0.0;             ///< of work on a query, then its copy is sent
  std::string rule;                 ///< where that time comes from: "p95 of 4812 runs in the warm-up", "as asked"
  std::string scheduling;           ///< of the thread that sends
  std::uint64_t sent = 0;           ///< copies
  std::uint64_t started = 0;        ///< copies that a worker ran, to their end
  std::uint64_t won = 0;            ///< copies that answered first
  std::uint64_t dropped = 0;        ///< copies that found their query answered before they began
  std::uint64_t no_room_count = 0;  ///< queries begun while the sending thread was behind: they had no copy
  std::optional<double> extra_work_share;  ///< started / queries
};

/// How the threads and the memory of a run were held, as the system granted it.
struct ExecutionRecord {
  std::string issuing_scheduling = "SCHED_OTHER";
  std::string worker_scheduling = "SCHED_OTHER";
  bool worker_spin = false;                                       ///< workers spin for their next sample
  std::string memory = "huge pages where the system gives them";  ///< ExecutionManner::describe()
  std::optional<std::uint64_t> huge_bytes;    ///< of the process in transparent huge pages after the warm-up
  std::optional<std::uint64_t> locked_bytes;  ///< of the process, locked, after the warm-up
};

/// What a formula says of the target percentile, from mean and standard deviation alone, beside the measured one.
struct FormulaRecord {
  std::string name;  ///< "normal", "log-normal", "Cantelli", "measured"
  double value_s = 0.0;
  double ratio_to_measured = 0.0;
  double share_above = 0.0;  ///< of the latencies that were longer than the value
};

/// The formulas, and in words which way the normal one errs here.
struct MathPeekRecord {
  double percentile = 0.99;
  std::vector<FormulaRecord> rows;
  std::string finding;
};

/// What the share of queries over the window means for a fleet of which each device serves one.
struct FleetRecord {
  struct Row {
    std::uint64_t devices = 0;
    double failure_probability = 0.0;
    double failure_probability_upper = 1.0;
  };
  double share = 0.0;                     ///< of queries over the window
  double share_upper = 1.0;               ///< one-sided 95 % limit for the effective sample size
  std::optional<double> autocorrelation;  ///< of being over the window, at lag 1
  std::vector<Row> rows;
  std::optional<std::uint64_t> even_odds;        ///< devices at which one failure is as likely as not
  std::optional<std::uint64_t> even_odds_upper;  ///< the same at share_upper: fewer
};

}  // namespace assay
