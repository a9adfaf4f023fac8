#pragma once

#include <cstdint>
#include <optional>

#include "analysis/latency_distribution.hpp"
#include "analysis/run_document.hpp"
#include "harness/time.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// The distributions of one test, each sorted once; verdict, headline metric and result file all read these.
struct RunDistributions {
  /// Response time, scheduled to completed. Per query; in MultiStream the slowest sample of the query, in Offline,
  /// where the one query holds everything, per sample.
  LatencyDistribution response;
  /// Started (or issued, where the system does not report the start) to completed, per sample.
  LatencyDistribution service;
  /// TTFT: scheduled to first token, per sample. Present when token latencies were promised, in Offline only if the
  /// system reported first tokens (LoadGen asks for none there).
  std::optional<LatencyDistribution> first_token;
  /// TPOT: (latency - TTFT) / (tokens - 1), per sample of two tokens or more. Present with first_token.
  std::optional<LatencyDistribution> token_time;
  LatenessRecord lateness;

  Nanoseconds last_completion{0};       ///< from the start of the run; 0 when nothing completed
  std::uint64_t completed_queries = 0;  ///< every sample of them came back; in Offline samples
  std::uint64_t completed_samples = 0;
  std::uint64_t lost_samples = 0;           ///< issued and never completed, though the run waited for them
  std::uint64_t dropped_samples = 0;        ///< frames given up on purpose: as slow as lost ones, and no error
  std::uint64_t single_token_samples = 0;   ///< completed with one token: there is no time per further token
  std::uint64_t contradictory_samples = 0;  ///< times out of order, e.g. completed before issued: counted as lost
};

/// Sorts the columns of the test; on two threads when there are many records.
[[nodiscard]] RunDistributions distributions_of(const TestResult& result);

/// Records that make one response time: samples_per_query in MultiStream, else 1.
[[nodiscard]] std::uint64_t records_per_response(const TestResult& result);

}  // namespace assay
