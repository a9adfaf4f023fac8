#pragma once

#include <cstddef>
#include <string_view>

#include "analysis/html.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// The part of the report about one run: its finding, the place of its histogram, its latencies and how it was made.
/// `number` counts from 1 and names the section "run-NUMBER".
[[nodiscard]] Html run_section(const RunDocument& run, std::string_view label, std::size_t number);

}  // namespace assay
