#pragma once

#include <string>
#include <string_view>

#include "analysis/audit_record.hpp"

namespace assay {

inline constexpr std::string_view kAuditSchema = "assay/audit/1";

/// The file of schema assay/audit/1 (schema/audit-1.schema.json): systems by their letter, every figure with its kind,
/// interval and source, what is absent as null with its reason. Ends in a newline. The verdict is null where it is
/// withheld, and "withheld" says why.
[[nodiscard]] std::string audit_json(const AuditRecord& record);

}  // namespace assay
