#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "lab/flow/flow_definition.hpp"
#include "lab/flow/ledger_entry.hpp"

namespace assay {

/// What the runs of a part say to a question about a number, in the question's unit.
struct MeasuredAnswer {
  EstimateRecord value;                ///< without a point: reason says what is missing
  std::string how;                     ///< which figure of which run, in one sentence
  std::vector<std::string> run_files;  ///< where it comes from
};

/// "missed_share", "server_share", "last_fps", "field_accuracy", "p99_at_10_5"
[[nodiscard]] const std::vector<std::string>& measured_figure_names();
[[nodiscard]] bool is_measured_figure(std::string_view name);

/// `runs`: those of the part, in the order of the ledger. A run that is not honest or was interrupted answers nothing;
/// of several that could, the first does, so that nobody can measure until a prediction fits.
[[nodiscard]] MeasuredAnswer measured_answer(const FlowQuestion& question, const std::vector<const LabRun*>& runs);

}  // namespace assay
