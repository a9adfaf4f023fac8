#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/run_comparison.hpp"

namespace assay {

/// A share of difference as typed: "3%" or "0.03", between 0 and 1. Throws std::invalid_argument that quotes it.
[[nodiscard]] double parse_margin(std::string_view text);

/// One condition of `assay compare --fail-on`.
struct CompareCondition {
  std::string word;              ///< "slower", "faster", "different", "ambiguous"
  std::optional<double> margin;  ///< its own; absent: that of the comparison
  std::string text;              ///< as typed
};

/// "slower:5%,ambiguous": words of the list above, each with a margin of its own if wanted. Throws
/// std::invalid_argument with one line that quotes the part and says what is accepted.
[[nodiscard]] std::vector<CompareCondition> parse_compare_fail_on(std::string_view text);

/// One sentence for each condition and block that trips: "slower:5%: mlp, SingleStream: P90 latency of B is 1.10 ...".
/// A condition with a margin judges the scenario's own metric at that margin. What is not comparable trips none: it has
/// an exit code of its own.
[[nodiscard]] std::vector<std::string> tripped(std::span<const CompareCondition> conditions,
                                               const RunComparison& comparison);

}  // namespace assay
