#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/run_distributions.hpp"
#include "analysis/run_document.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// One reason for each kind of error that the system under test made, with its count and what to do about it.
[[nodiscard]] std::vector<InvalidReason> error_reasons(const TestResult& result, const RunDistributions& distributions);

/// Error code -> count, the errors found in the records included: "lost_queries", "single_token", "time_order".
[[nodiscard]] std::map<std::string, std::uint64_t> error_counts(const TestResult& result,
                                                                const RunDistributions& distributions);

}  // namespace assay
