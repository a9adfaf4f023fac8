#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "loadgen/loadable_sets.hpp"
#include "loadgen/sample_sequence.hpp"
#include "loadgen/test_settings.hpp"

namespace assay {

/// The queries for one loaded set, decided before the first is issued.
struct QueryPlan {
  LoadableSet set;
  std::unique_ptr<SampleSequence> sequence;
  std::uint64_t samples_per_query = 1;
  /// Number of queries, where it is known beforehand: Server, Offline, accuracy mode, unique selection.
  std::optional<std::uint64_t> query_count;
  /// Samples in the last query, when the set is not a multiple of samples_per_query (accuracy mode).
  std::uint64_t last_query_samples = 1;
  /// Server: arrival times from the start, one a query.
  std::vector<Nanoseconds> arrivals;

  /// The most samples that the plan can issue; for open-ended plans a bound from `settings.expected_latency`.
  [[nodiscard]] std::uint64_t sample_capacity(const TestSettings& settings) const;
};

/// Plans `settings` on `set`.
[[nodiscard]] QueryPlan make_query_plan(const TestSettings& settings, const LoadableSet& set);

}  // namespace assay
