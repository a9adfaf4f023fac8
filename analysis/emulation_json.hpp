#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "analysis/run_emulation.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {

/// The member "emulated" of a run file: null where the clock was the machine's own, else {"envelope", "trace",
/// "no_room_count"}.
[[nodiscard]] nlohmann::ordered_json emulation_json(const std::optional<EnvelopeRecord>& record);
/// Nothing for null and for a file from before there was such a member.
[[nodiscard]] std::optional<EnvelopeRecord> read_emulation(const Field& field);

/// The envelope alone: runs under equal ones may be compared.
[[nodiscard]] nlohmann::ordered_json envelope_json(const EnvelopeRecord& record);

}  // namespace assay
