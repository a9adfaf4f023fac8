#pragma once

#include <string>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/run_comparison.hpp"

namespace assay {

// What a comparison says, as sentences with numbers: the same words in the terminal and on the page. Texts of the runs
// in them are untrusted.

/// "mlp (batch=1), Server at 800 queries/s"
[[nodiscard]] std::string block_title(const ComparisonBlock& block);

/// "SYNTHETIC", "A as it is, B EMULATED phone"; empty where neither side has a mark.
[[nodiscard]] std::string mark_sentence(const ComparisonBlock& block);

/// What follows the verdict's word: "P90 latency of B is 1.10 [1.08, 1.12] times that of A, beyond the margin of 3 %
/// (5 and 5 repeats)"; with what would settle it where it is AMBIGUOUS.
[[nodiscard]] std::string verdict_sentence(const ComparisonBlock& block, double margin);

/// "needs 9 repeats of each (4 more of A, 4 more of B)", with the reason; empty for a settled row.
[[nodiscard]] std::string needed_sentence(const ComparedRow& row);

/// "regression verdict: equal machine class, compiler and build" or "comparison of systems: ..." with what differs.
[[nodiscard]] std::string kind_sentence(const ComparisonBlock& block);

/// "kernel: 6.1.0-28 in A, 6.1.0-30 in B"
[[nodiscard]] std::string difference_sentence(const SoftDifference& difference);

/// How the verdicts come about, and what they may err.
[[nodiscard]] std::vector<std::string> method_sentences(const RunComparison& comparison);

/// "P99 latency", "throughput [samples/s]"
[[nodiscard]] std::string quantity_text(const ComparisonQuantity& quantity);

/// "1.07 ms", "3,417": of repeats their geometric mean, a rate in the unit of quantity_text(); "not available".
[[nodiscard]] std::string side_text(const ComparisonQuantity& quantity, const std::vector<double>& values,
                                    Charset charset);

/// "1.100 [1.081, 1.120]"; the point alone without limits; "not available".
[[nodiscard]] std::string ratio_text(const EstimateRecord& ratio);

/// "slower"; "-" where the row says nothing.
[[nodiscard]] std::string reading_text(const ComparedRow& row);

/// What stands beside a row: why there is no ratio or no interval, what the quantity is worth; may be empty.
[[nodiscard]] std::string row_remark(const ComparedRow& row);

}  // namespace assay
