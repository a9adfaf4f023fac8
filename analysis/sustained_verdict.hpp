#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/sustained_audit.hpp"

namespace assay {

/// What took sustained throughput away.
enum class SustainedCause { stable, thermal, clock_drop, shared_resource, preemption, undecided };

/// "STABLE", "THERMAL", "CLOCK DROP", "SHARED RESOURCE", "PREEMPTION", "UNDECIDED"
[[nodiscard]] std::string_view name_of(SustainedCause cause);
[[nodiscard]] std::optional<SustainedCause> sustained_cause_from(std::string_view name);

struct SustainedVerdict {
  SustainedCause cause = SustainedCause::undecided;
  std::vector<std::string> evidence;  ///< sentences with the numbers, or what is missing
};

/// In this order: thermal where a sensor says so (its flag, or a temperature at the trip); clock_drop where the clock
/// fell by 3 % or more and no sensor says why; for a lasting drop of the throughput by 5 % or more with the clock flat,
/// preemption where others took at least 2 % more of the time, else shared_resource; stable without such a drop and
/// with a stability of at least 97 %; else undecided, with what is missing. A soak of less than 120 s says so.
/// `audit` must be that of the same points and settings.
[[nodiscard]] SustainedVerdict sustained_verdict(std::span<const SoakPoint> points, const SustainedAudit& audit,
                                                 const SoakSettings& settings = {});

}  // namespace assay
