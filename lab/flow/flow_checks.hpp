#pragma once

#include <optional>
#include <string>

#include "lab/flow/flow_definition.hpp"

namespace assay {

/// What does not fit together in a lab that was read: an id twice, a question about a run that is not there, a number
/// without a span, a fourth control, a part that cannot be finished. In one sentence; nothing where all fits.
[[nodiscard]] std::optional<std::string> flow_fault(const FlowDefinition& flow);

}  // namespace assay
