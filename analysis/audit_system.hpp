#pragma once

#include "analysis/audit.hpp"
#include "analysis/audit_facts.hpp"

namespace assay {

/// A system with everything that its own files say: name, kind, lighthouse, throughput, P99, power, price and the
/// metrics made of them. Roofs and prediction come after, when the lighthouse of the audit is known.
[[nodiscard]] AuditSystem measured_system(const std::string& letter, const AuditInput& input,
                                          const LighthouseRuns& chosen);
[[nodiscard]] AuditSystem datasheet_system(const std::string& letter, const AuditInput& input);

}  // namespace assay
