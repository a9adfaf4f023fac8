#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/run_comparison.hpp"

namespace assay {

inline constexpr std::string_view kComparisonSchema = "assay/comparison/1";

/// What came of --fail-on: the conditions as typed, and a sentence for each that tripped.
struct ComparisonConditions {
  std::vector<std::string> asked;
  std::vector<std::string> tripped;
};

/// The file of schema assay/comparison/1 (schema/comparison-1.schema.json). Nothing in it depends on when it was
/// written: the same runs and options give the same bytes.
[[nodiscard]] std::string comparison_json(const RunComparison& comparison, const ComparisonConditions& conditions = {});

}  // namespace assay
