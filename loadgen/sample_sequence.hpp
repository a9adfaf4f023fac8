#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "loadgen/loadable_sets.hpp"
#include "loadgen/query.hpp"
#include "loadgen/test_settings.hpp"

namespace assay {

/// Which samples the queries of one loaded set ask for, query after query. Endless, except in accuracy mode and for
/// unique selection, where query_count() queries use the set up.
class SampleSequence {
 public:
  SampleSequence() = default;
  SampleSequence(const SampleSequence&) = delete;
  SampleSequence& operator=(const SampleSequence&) = delete;
  virtual ~SampleSequence() = default;

  /// Fills in the samples of the next query.
  virtual void next_query(std::span<QuerySampleIndex> samples) = 0;
};

/// The portable sequence: drawn with RandomBits from Seeds::sample_index.
[[nodiscard]] std::unique_ptr<SampleSequence> make_assay_sequence(const TestSettings& settings, const LoadableSet& set);

/// LoadGen's sequence, bit for bit, from std::mt19937 and libstdc++'s shuffle and distributions.
/// min_queries: the least number of queries that LoadGen would generate. Source: mlcommons/inference, loadgen.cc,
/// GenerateQueries: the order in which it draws its tables matters, also of tables that stay unused.
[[nodiscard]] std::unique_ptr<SampleSequence> make_mlperf_sequence(const TestSettings& settings, const LoadableSet& set,
                                                                   std::uint64_t min_queries);

}  // namespace assay
