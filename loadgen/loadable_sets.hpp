#pragma once

#include <cstdint>
#include <vector>

#include "loadgen/query.hpp"
#include "loadgen/test_settings.hpp"

namespace assay {

/// Samples that are in memory together. In MultiStream the first samples_per_query - 1 of them stand at the end again,
/// so that a query can take contiguous samples from any start.
struct LoadableSet {
  std::vector<QuerySampleIndex> samples;
  std::uint64_t size = 0;  ///< without the repetition
};

/// The sets that a test goes through: one in performance mode, all in accuracy mode; drawn by
/// Seeds::sample_library. library_total, library_performance: counts of the QuerySampleLibrary.
/// Throws std::invalid_argument if the library is empty.
[[nodiscard]] std::vector<LoadableSet> make_loadable_sets(const TestSettings& settings, std::uint64_t library_total,
                                                          std::uint64_t library_performance);

}  // namespace assay
