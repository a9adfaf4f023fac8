#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "analysis/run_file_field.hpp"

namespace assay {

/// The pairs of bin index and count of analysis/log_linear_histogram.hpp as they stand in a result file, ascending.
/// Throws what Field throws, naming the place.
[[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint64_t>> read_histogram_bins(const Field& counts);

}  // namespace assay
