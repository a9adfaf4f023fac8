#pragma once

#include <cstddef>

#include "analysis/audit_record.hpp"

namespace assay {

/// What a roof lets through at an intensity: min(peak, intensity x bandwidth), in work/s. Its limits are those of the
/// two roofs taken together, so it covers whichever of them binds.
[[nodiscard]] EstimateRecord attainable_at(const AuditRoofs& roofs, double intensity);

/// The ridge: peak over bandwidth, which were measured in the same rounds or are stated. Without limits where the two
/// have none.
[[nodiscard]] EstimateRecord ridge_of(const AuditRoofs& roofs);

/// B over A of two roofs' figures. A stated figure is a number without error, so the ratio then has the other's limits;
/// both stated: none.
[[nodiscard]] EstimateRecord roof_ratio(const EstimateRecord& b, bool b_stated, const EstimateRecord& a, bool a_stated);

/// Whether the ratio is above (1) or below (-1) 1 beyond its interval; 0 where that is open. Of two stated figures the
/// point decides.
[[nodiscard]] int beyond_one(const EstimateRecord& ratio, bool both_stated);

/// Where two roofs tie. With W the one of more bandwidth and P the one of the higher peak (W is not P): below
/// peak_W / bandwidth_P W lets more through, above it P does. docs/auditing.md derives it.
[[nodiscard]] AuditCrossover crossover_of(const std::vector<AuditSystem>& systems, std::size_t a, std::size_t b);

/// On which side of the tie an intensity lies: -1 below it, 1 above it, 0 within its interval.
[[nodiscard]] int side_of(const AuditCrossover& crossover, double intensity);

}  // namespace assay
