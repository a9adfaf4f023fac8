#pragma once

#include <string>

#include "analysis/audit_record.hpp"
#include "analysis/terminal_histogram.hpp"

namespace assay {

/// The audit for a terminal: the kinds of the systems, verdict and fairness first, then the memo, then the tables. Each
/// system carries its kind wherever it stands. What files hold is untrusted and comes out printable.
[[nodiscard]] std::string audit_text(const AuditRecord& record, const TextStyle& style);

/// "The claim ... is REFUTED: ...", or why the verdict is withheld: the one line that answers.
[[nodiscard]] std::string audit_verdict(const AuditRecord& record);

}  // namespace assay
