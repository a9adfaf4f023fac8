#pragma once

#include <string>

#include "analysis/audit_record.hpp"
#include "analysis/datasheet_record.hpp"
#include "analysis/roofline.hpp"

namespace assay {

/// What the lighthouse asks of the roofs.
struct RoofRequest {
  std::string dtype;  ///< empty: f32, as workloads without the parameter have it
  std::size_t threads = 1;
  double bytes_per_sample = 0.0;  ///< stands for the working set; 0: the memory
  std::string level;              ///< a level of the memory asked for by a person; empty: the one that holds the bytes
};

/// What this lighthouse asks of the roofs.
[[nodiscard]] RoofRequest roof_request(const AuditLighthouse& lighthouse);

/// The roofs of a measured system: the set of the lighthouse's data type and threads, so that each system is judged by
/// what its own run could use, and the slope of the level that holds a sample's bytes. Where that set was not measured,
/// that of the type on most threads. Without roofs the reason says what is missing.
[[nodiscard]] AuditRoofs measured_roofs(const RooflineMeasurement& measurement, const Roofline& roofline,
                                        const RoofRequest& request);

/// The same from a datasheet: peak of the data type, bandwidth of the memory. They carry no interval.
[[nodiscard]] AuditRoofs stated_roofs(const Datasheet& datasheet, const RoofRequest& request);

/// min(peak, intensity x bandwidth) / work per sample: derived of a measured system, projected of a datasheet. Sets
/// bound_by, and the share that was reached where there is a throughput.
void predict(AuditSystem& system, double intensity, double work_per_sample);

}  // namespace assay
