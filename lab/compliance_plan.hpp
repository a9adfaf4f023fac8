#pragma once

#include <cstdint>
#include <span>

#include "lab/run_options.hpp"

namespace assay {

/// What a run of a compliance test is for.
enum class ComplianceKind { reference, same_sample, other_seeds, first_time };

/// The run of one kind. `secret`: a number that the workload cannot know before. Throws CommandError (usage) for a flag
/// that the test sets itself, and for Offline, which has no services one after the other.
[[nodiscard]] RunOptions compliance_run(const RunOptions& asked, ComplianceKind kind, std::uint64_t secret);

/// The order of the kinds in repeat 0, 1, ...: forth and back, so that a machine that drifts does so for all.
[[nodiscard]] std::span<const ComplianceKind> compliance_order(std::uint64_t repeat);

}  // namespace assay
