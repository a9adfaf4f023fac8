#pragma once

#include "analysis/html.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// "Serving": where the time went as a bar, throughput against time per token second by second, and what
/// serving_sentences() say. Empty without a serving engine.
[[nodiscard]] Html serving_section(const RunDocument& run);

}  // namespace assay
