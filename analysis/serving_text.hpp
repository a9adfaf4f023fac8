#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// What a serving engine did, as labelled sentences: the same words in the terminal and in the report. Empty for a run
/// without one.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> serving_sentences(const RunDocument& run,
                                                                                 Charset charset);

}  // namespace assay
