#pragma once

#include <cstdint>
#include <stop_token>

#include "loadgen/system_under_test.hpp"
#include "scenarios/kernel_sut.hpp"

namespace assay {

/// Warms a system up through the load generator itself, for one that has no other way in: one query at a time for half
/// of `duration`, then as many samples at once as should fill the other half, and at least `samples_at_once`.
[[nodiscard]] WarmUp warm_up_by_queries(SystemUnderTest& system, QuerySampleLibrary& library, Nanoseconds duration,
                                        std::uint64_t samples_at_once, const std::stop_token& stop);

}  // namespace assay
