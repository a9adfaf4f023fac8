#pragma once

#include <memory>

#include "analysis/roofline_measurement.hpp"
#include "harness/clock.hpp"
#include "kernels/loaded_latency.hpp"
#include "scenarios/subject_work.hpp"

namespace assay {

/// The names of works that need several threads with different parts, and are no kernels of the catalogue.
inline constexpr const char* kCoreToCore = "core_to_core";
inline constexpr const char* kLoadedLatency = "loaded_latency";

/// Makes these works.
class TeamWorks {
 public:
  /// `clock` must outlive the works.
  explicit TeamWorks(Clock& clock) : clock_(clock) {}

  /// The work of a subject whose kernel has one of the names above; null for any other. Throws std::invalid_argument
  /// for parameters that it does not take.
  [[nodiscard]] std::unique_ptr<SubjectWork> make(const RooflineSubject& subject);

 private:
  Clock& clock_;
  std::shared_ptr<LoadedLatency> latency_;
};

}  // namespace assay
