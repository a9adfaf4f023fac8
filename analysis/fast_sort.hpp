#pragma once

#include <cstdint>
#include <span>

namespace assay {

/// Sorts in place with the vector instructions of the machine; tests/analysis/summary_benchmark.cpp times it. Not
/// stable, which numbers cannot show.
void sort_ascending(std::span<std::int64_t> values);

}  // namespace assay
