#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "analysis/format.hpp"
#include "analysis/run_document.hpp"
#include "analysis/run_file_field.hpp"

// What a run file holds of the means against a long tail that a run can switch on.

namespace assay {

/// The member "result.hedging" of a run file.
[[nodiscard]] nlohmann::ordered_json hedging_json(const std::optional<HedgeRecord>& hedging);
/// Nothing where the member is absent or null, as in files of before it.
[[nodiscard]] std::optional<HedgeRecord> read_hedging(const Field& field);

/// The member "execution".
[[nodiscard]] nlohmann::ordered_json execution_json(const std::optional<ExecutionRecord>& execution);
[[nodiscard]] std::optional<ExecutionRecord> read_execution(const Field& field);

/// What of the manner of execution makes a run comparable only with its like; null where nothing was asked for.
[[nodiscard]] nlohmann::ordered_json manner_key(const RunDocument& run);

/// "after 131 µs of work (p95 of 4812 runs in the warm-up): 612 copies sent, 580 of them run to the end, 30 dropped,
/// 130 answered first; extra work 1.20 %", and how many had none where the sending thread was behind.
[[nodiscard]] std::string hedging_sentence(const HedgeRecord& hedging, Charset charset);

/// "generator SCHED_OTHER, workers SCHED_FIFO 70, spinning; memory: small pages; in huge pages 0 B, locked 24.0 MiB"
[[nodiscard]] std::string execution_sentence(const ExecutionRecord& execution);

}  // namespace assay
