#pragma once

#include <string>

#include "analysis/audit_record.hpp"

namespace assay {

/// The audit as one page that needs nothing else: no network and no script at all (a Content-Security-Policy admits the
/// one style, by SHA-256), charts as SVG with a title, a description and a table of the same numbers, light and dark,
/// wide, narrow and printed. What files hold is untrusted and comes out escaped and clipped. Deterministic. Two systems
/// take about 60 KB.
[[nodiscard]] std::string audit_html(const AuditRecord& record);

}  // namespace assay
