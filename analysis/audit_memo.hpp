#pragma once

#include <string>
#include <vector>

#include "analysis/audit_record.hpp"

namespace assay {

/// The metrics that a mission may be judged by, the mission's own marked; for each system what would give one that is
/// not available.
[[nodiscard]] std::vector<AuditMetric> audit_metrics(const std::vector<AuditSystem>& systems,
                                                     const std::string& chosen);

/// Three sentences for the Purchasing Lead, for or against the marketing spec of the first system: what the spec says,
/// what the lighthouse did and why, and what follows. Every number in them stands in the tables too. Withheld says so.
[[nodiscard]] std::vector<std::string> audit_memo(const AuditRecord& record);

}  // namespace assay
