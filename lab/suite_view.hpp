#pragma once

#include <string>

#include "analysis/bundle_file.hpp"
#include "analysis/report_text.hpp"
#include "lab/suite_plan.hpp"

namespace assay {

/// What a suite would measure, a line each with its command, and how long that takes.
[[nodiscard]] std::string suite_plan_text(const SuiteDefinition& suite, const SuitePlan& plan);

/// What was measured: a line for each result with its verdict and what it found.
[[nodiscard]] std::string suite_result_text(const LoadedBundle& bundle, const TextStyle& style);

}  // namespace assay
