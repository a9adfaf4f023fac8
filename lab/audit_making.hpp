#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/audit.hpp"
#include "lab/console.hpp"

// What `assay audit` and the lab share.

namespace assay {

/// What stands before the id of a datasheet where a system is named.
inline constexpr std::string_view kDatasheetPrefix = "datasheet:";

/// A system as typed: the folder of a bundle, or "datasheet:NAME". Warns of what cannot be read in the bundle. Throws
/// CommandError (file) for a folder that is no bundle, std::invalid_argument for an unknown datasheet.
[[nodiscard]] AuditInput read_audit_system(const std::string& text, Console& console);

/// The audit, made now by this program. Throws as audit() does.
[[nodiscard]] AuditRecord make_audit(const std::vector<AuditInput>& systems, AuditOptions options);

}  // namespace assay
