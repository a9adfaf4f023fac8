#pragma once

#include <optional>
#include <string>

#include "analysis/roofline_measurement.hpp"

namespace assay {

/// What hardware counters say of one iteration of a subject.
struct MeasuredFigures {
  std::optional<double> flops;         ///< of the subject's own data type; null for integers and other work
  std::optional<double> memory_bytes;  ///< lines that the last cache missed; what is written back is not in it
};

/// From the subject's readings over counted_iterations. A counter that did not start says nothing, and neither does one
/// of flops that stayed at zero beside declared work: some guests start counters that never move. `line_bytes`: of the
/// last cache.
[[nodiscard]] MeasuredFigures measured_figures(const RooflineSubject& subject, double line_bytes);

/// Where the counted flops differ from the declared ones by more than 2 %, in words; else empty.
[[nodiscard]] std::string flops_conflict(const RooflineSubject& subject, const MeasuredFigures& figures);

}  // namespace assay
