#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lab/flow/audit_systems.hpp"
#include "lab/flow/lab_session.hpp"
#include "lab/flow/lab_state.hpp"

namespace assay {

inline constexpr std::string_view kLabStateSchema = "assay/lab-state/1";

/// All that a page or a terminal shows of a lab. Of a part whose predictions are not all locked it holds nothing that
/// was measured and no key: neither runs, nor reveals, nor thresholds. `elsewhere`: bundles that an audit may be of,
/// besides those of this lab.
[[nodiscard]] nlohmann::ordered_json lab_state_json(const LabState& state, const LedgerReading& reading, bool busy,
                                                    const std::vector<SystemOffer>& elsewhere);

/// The same of a session, as it is now, as text.
[[nodiscard]] std::string lab_state_text(LabSession& session);

/// The evidence of a part. Empty objects before its predictions are locked.
[[nodiscard]] nlohmann::ordered_json lab_part_evidence_json(const LabState& state, std::size_t part);

/// A prediction with everything that was locked on it, and its reveal or null.
[[nodiscard]] nlohmann::ordered_json lab_question_json(const LabState& state, std::size_t part,
                                                       const FlowQuestion& question);

/// What was decided, or null.
[[nodiscard]] nlohmann::ordered_json lab_decision_json(const LabState& state);

/// The ledger's chain: {"intact", "entries", "head", "problem", "torn_bytes"}.
[[nodiscard]] nlohmann::ordered_json lab_chain_json(const LedgerReading& reading);

}  // namespace assay
