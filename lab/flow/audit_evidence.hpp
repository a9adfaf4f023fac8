#pragma once

#include <string_view>

#include "lab/flow/run_facts.hpp"

namespace assay {

/// What the lab takes from a comparative audit (schema assay/audit/1, written by `assay audit A B --json`). All that
/// the lab knows of audits is in this function. Throws std::runtime_error in one line "SOURCE: ..." for text that is
/// none.
[[nodiscard]] RunFacts audit_facts(std::string_view text, std::string_view source);

}  // namespace assay
