#pragma once

#include <string>
#include <vector>

#include "analysis/comparison_sides.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// A VALID run in SingleStream whose P90 is `p90_s`, every other latency in proportion and the rate against it; 5,000
/// queries, each percentile within 5 %. Equal comparability keys. `id` tells runs apart.
[[nodiscard]] RunDocument repeat_of(double p90_s, const std::string& id);

/// Repeats with these P90 in milliseconds, their ids beginning with `name`.
[[nodiscard]] ComparisonSide side_of(const std::string& name, const std::vector<double>& p90_ms);

/// Five repeats about 1 ms that differ by about 1 %, times `factor`; different ones for each `name`.
[[nodiscard]] ComparisonSide five_repeats(const std::string& name, double factor = 1.0);

}  // namespace assay
