#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/time.hpp"
#include "loadgen/arrival_process.hpp"
#include "loadgen/scenario.hpp"

namespace assay {

/// Which random stream draws samples and schedule. assay: portable across standard libraries. mlperf: equal to
/// MLPerf LoadGen's bit for bit for equal seeds.
enum class RandomStream { assay, mlperf };

/// How the samples of a performance run are drawn from the loaded set.
enum class SampleSelection {
  with_replacement,  ///< uniformly, LoadGen's default
  equal_issue,       ///< concatenated permutations: each sample equally often (sample_concatenate_permutation)
  unique,            ///< each sample once, shuffled; the run ends when the set is used up
  same,              ///< always `same_index`: shows a system that caches answers (TEST04)
};

/// Four independent seeds, as MLPerf has them.
struct Seeds {
  std::uint64_t sample_library = 0;  ///< qsl_rng_seed: which samples are loaded, in which order
  std::uint64_t sample_index = 0;    ///< which sample each query asks for
  std::uint64_t schedule = 0;        ///< when each query arrives
  std::uint64_t response_log = 0;    ///< which responses are kept for the output check

  /// Four unlike seeds derived from one number (SplitMix64).
  static Seeds from(std::uint64_t seed);
  /// The official seeds of MLPerf Inference v6.1 (mlperf.conf).
  static Seeds mlperf_v6_1();
};

/// Everything that defines one test. Bare numbers carry their unit; times are typed.
struct TestSettings {
  Scenario scenario = Scenario::single_stream;
  TestMode mode = TestMode::performance;

  Nanoseconds min_duration = std::chrono::seconds{10};
  Nanoseconds max_duration = kNever;  ///< a run that reaches it ends there; not an error
  std::uint64_t min_query_count = 100;
  std::uint64_t max_query_count = 0;                     ///< 0: no limit
  Nanoseconds drain_timeout = std::chrono::seconds{10};  ///< from the last issue; what is not back by then is lost

  std::uint64_t samples_per_query = 8;         ///< MultiStream
  double server_target_qps = 1.0;              ///< mean rate of the arrival process
  ArrivalProcess arrivals;                     ///< Server
  LateFrames late_frames = LateFrames::queue;  ///< with CameraArrivals
  std::uint64_t frames_at_once = 1;            ///< with LateFrames::drop: how many the system works on at a time
  bool coalesce = false;                       ///< one call for all queries that are due (server_coalesce_queries)
  int issuing_threads = 1;                     ///< Server: query i goes to thread i mod n
  std::uint64_t max_outstanding = 0;           ///< Server: the run stops when more are in flight; 0: no limit
  double offline_expected_qps = 1.0;           ///< Offline: sizes the one query as LoadGen does
  Nanoseconds expected_latency = std::chrono::milliseconds{1};  ///< SingleStream and MultiStream: sizes the log

  std::uint32_t target_percentile_ppm = 990'000;
  std::optional<Nanoseconds> target_latency;      ///< the window; checked in Server, reported elsewhere
  bool token_latencies = false;                   ///< the system reports first tokens and token counts
  std::optional<Nanoseconds> target_first_token;  ///< TTFT window
  std::optional<Nanoseconds> target_token_time;   ///< TPOT window

  RandomStream stream = RandomStream::assay;
  Seeds seeds;
  SampleSelection selection = SampleSelection::with_replacement;
  std::uint32_t same_index = 0;
  std::uint64_t performance_sample_count = 0;  ///< 0: what the library proposes
  std::uint64_t response_log_count = 256;      ///< responses kept in a performance run for the output check

  double late_share_allowed = 0.01;  ///< more late queries than this make the run INVALID
  double late_window_share = 0.01;   ///< late: issued later than this share of the window (see lateness_threshold)

  /// LoadGen's target percentile of the scenario: 90 for SingleStream, 99 for MultiStream and Server.
  static TestSettings defaults_for(Scenario scenario);

  /// From which issue delay on a query counts as late: late_window_share of the window (of the smaller one of those of
  /// latency and first token); without a window late_window_share of 10 ms (MLPerf's default Server window).
  [[nodiscard]] Nanoseconds lateness_threshold() const;

  /// One line for each value that makes no sense, naming the setting, the value and what is accepted.
  [[nodiscard]] std::vector<std::string> problems() const;
};

}  // namespace assay
