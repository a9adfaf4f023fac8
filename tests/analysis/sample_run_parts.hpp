#pragma once

#include <cstdint>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

struct SampleShape {
  const char* scenario;
  const char* id;
  std::size_t query_count;
  std::uint64_t samples_per_query;
  double median_ms;
  double second_mode_ms;
  double target_percentile;
};

/// Latencies in nanoseconds by a log-normal law with a second mode of 2 %, the same on every machine.
[[nodiscard]] std::vector<std::int64_t> latencies(std::size_t n, double median_ms, double second_mode_ms,
                                                  unsigned seed);

/// What all sample runs share: workload, machine, conditions.
[[nodiscard]] RunDocument common_run();
[[nodiscard]] RunDocument sample_run(const SampleShape& shape, unsigned seed);

/// Of 1.5 s with two iterations: see the source.
[[nodiscard]] ServingRecord sample_serving();

/// Adds what only such a run has.
void make_server(RunDocument& run);
void make_offline(RunDocument& run);

}  // namespace assay
