#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/run_emulation.hpp"
#include "analysis/run_frames.hpp"
#include "analysis/run_remote.hpp"
#include "analysis/run_soak.hpp"
#include "analysis/run_tail.hpp"
#include "analysis/serving_record.hpp"
#include "analysis/system_limits.hpp"
#include "analysis/tool_record.hpp"
#include "harness/clock_quality.hpp"
#include "harness/machine.hpp"
#include "harness/run_conditions.hpp"
#include "harness/thread_placement.hpp"

namespace assay {

/// A distribution of latencies as the run file holds it. Times in seconds.
struct LatencyRecord {
  std::uint64_t count = 0;       ///< observations, lost queries included
  std::uint64_t lost_count = 0;  ///< never completed: infinite latency
  std::optional<double> mean_s;  ///< null when a query was lost
  std::optional<double> min_s;
  std::optional<double> max_s;
  std::optional<double> standard_deviation_s;
  /// Keyed by "p50", "p90", "p95", "p97", "p99", "p99.9".
  std::map<std::string, EstimateRecord> percentiles_s;
  double effective_sample_size = 0.0;  ///< at the scenario's target percentile
  /// Exact counts in log-linear bins: see analysis/log_linear_histogram.hpp. {bin index, count}, ascending.
  int histogram_sub_bits = 5;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> histogram;
};

/// Lateness of the generator itself (issued minus scheduled) in seconds.
struct LatenessRecord {
  std::optional<double> p50_s;
  std::optional<double> p90_s;
  std::optional<double> p99_s;
  std::optional<double> max_s;
  double late_share = 0.0;  ///< share of the queries issued later than threshold_s
  double threshold_s = 0.0;
  double allowed_share = 0.01;
};

/// One reason why a run is INVALID, with the next command to try.
struct InvalidReason {
  std::string code;     ///< stable key, e.g. "min_duration", "lateness", "lost_queries"; `assay explain CODE`
  std::string message;  ///< one sentence with the numbers
  std::string remedy;   ///< a command or an action
};

/// One point of a run's time series. Times in seconds from the start of the run.
struct SeriesPoint {
  double t_s = 0.0;
  std::uint64_t completed = 0;  ///< queries completed in the interval that ends at t_s
  std::optional<double> p50_s;
  std::optional<double> p99_s;
};

/// What the streams began with: LoadGen's qsl_rng_seed, sample_index_rng_seed and schedule_rng_seed.
struct StreamSeeds {
  std::uint64_t sample_library = 0;
  std::uint64_t sample_index = 0;
  std::uint64_t schedule = 0;
};

/// A result file of schema assay/run/1, as a value. Written once, never changed; every result in it can be
/// recomputed or checked on another machine.
struct RunDocument {
  std::string id;       ///< ULID
  std::string created;  ///< ISO 8601, UTC
  // workload
  std::string workload;
  int workload_version = 1;
  std::map<std::string, std::string> workload_parameters;
  bool synthetic = false;                      ///< every place that shows a number says so: see RunMark
  std::optional<std::uint64_t> work_flops;     ///< per sample, declared
  std::optional<std::uint64_t> traffic_bytes;  ///< per sample, declared
  std::string output_check;  ///< "ok 3.1e-06 (bound 1e-05), 412 sampled" or what failed, or why none was made
  // scenario
  std::string scenario;  ///< "single", "multi", "server", "offline"
  std::string mode;      ///< "performance" or "accuracy"
  std::string arrivals;  ///< e.g. "poisson"; empty where the scenario has none
  std::optional<double> rate_target_hz;
  std::optional<double> rate_scheduled_hz;
  std::uint64_t samples_per_query = 1;
  std::uint64_t seed = 0;
  std::string stream;                                ///< "assay" or "mlperf"
  std::optional<StreamSeeds> stream_seeds;           ///< absent in files of before it
  std::optional<std::uint64_t> loaded_sample_count;  ///< different ones that queries asked for; absent as above
  double percentile = 0.99;                          ///< the scenario's target percentile
  std::optional<double> slo_s;
  double min_duration_s = 0.0;
  std::uint64_t min_query_count = 0;
  double warm_up_s = 0.0;  ///< load before the measured part, none of it in any number below; 0 if there was none
  std::vector<DoseRecord> interference;    ///< injected on purpose; empty: nothing was
  std::optional<EnvelopeRecord> emulated;  ///< the clock was lowered by a model: shown as RunMark says
  SystemLimits limits;                     ///< what was taken away from the machine: shown as RunMark says
  // what happened
  bool valid = false;
  bool interrupted = false;
  std::vector<InvalidReason> invalid_reasons;
  std::uint64_t query_count = 0;
  std::uint64_t sample_count = 0;
  double duration_s = 0.0;              ///< start to last completion
  std::optional<double> queries_per_s;  ///< completed / time of the last completion
  std::optional<double> samples_per_s;
  std::string metric_name;  ///< the scenario's headline, e.g. "p90 latency (early stopping)"
  std::string metric_unit;  ///< "s", "queries/s", "samples/s"
  EstimateRecord metric;
  /// Share of the queries within the window, with its exact 95 % interval for the effective sample size. Absent
  /// without a window or without a query.
  std::optional<EstimateRecord> slo_met_share;
  LatencyRecord latency;                         ///< response time: scheduled to completed, per query
  LatencyRecord service_time;                    ///< started to completed, per sample
  std::optional<LatencyRecord> first_token;      ///< TTFT
  std::optional<LatencyRecord> token_time;       ///< TPOT
  std::optional<MathPeekRecord> math_peek;       ///< absent in Offline and where a query was lost
  std::optional<FleetRecord> fleet;              ///< absent without a window
  std::optional<AttributionRecord> attribution;  ///< who made the slow queries slow
  std::optional<HedgeRecord> hedging;            ///< absent: no query was to be hedged
  std::optional<RemoteRecord> remote;            ///< the client, where a server behind HTTP was driven
  LatenessRecord lateness;
  std::map<std::string, std::uint64_t> errors;  ///< error code -> count
  std::vector<SeriesPoint> series;
  std::optional<SoakRecord> soak;        ///< what was sustained, where that was asked
  std::optional<ServingRecord> serving;  ///< of a serving engine
  std::optional<FramesRecord> frames;    ///< where samples are frames with a deadline: cameras, MultiStream
  // the instrument and the place
  ToolRecord tool;
  ClockQuality clock;
  Machine machine;
  MachineIdentity machine_identity;
  ThreadPlacement placement;
  std::optional<ExecutionRecord> execution;  ///< absent in files of before it
  RunConditions conditions;
  std::string observer;  ///< "none", "quiet", "live@2Hz" or "live@10Hz"
  /// Share of the machine's CPU time in the measured part that the hypervisor gave to others.
  std::optional<double> steal_share;
  /// Share of the machine's CPU time in the measured part that other processes took.
  std::optional<double> foreign_cpu_share;
  /// Largest difference between the clock used and a second one over the measured part.
  std::optional<double> clock_disagreement_s;
  /// Why one of the three readings above is absent, by its place in the file: {"quality.steal_share", "..."}.
  std::map<std::string, std::string> not_available;
  std::vector<std::string> warnings;
  // set by run_document_from_json() only; to_json() writes the hash of what it writes
  std::string stored_hash;   ///< "sha256:..." as the file has it, empty if it has none
  bool hash_matches = true;  ///< false: the file was changed after it was written, or carries no hash
};

}  // namespace assay
