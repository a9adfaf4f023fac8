#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "analysis/html.hpp"
#include "analysis/run_document.hpp"

namespace assay {

// The tables of the HTML report, and the small pieces that they share with its sections.

/// A chip for each word of RunMark.
[[nodiscard]] Html mark_chips(const RunDocument& run);

/// A section's title with mark_chips().
[[nodiscard]] Html section_heading(Markup title, const RunDocument& run);

/// A table's start up to its first row.
[[nodiscard]] Html table_head(std::string_view caption, std::initializer_list<std::string_view> columns);

/// A cell that carries its column's name, which a narrow screen shows.
void put_cell(Html& row, std::string_view column, std::string_view text);

/// A term and its description in a list of facts.
void put_fact(Html& list, Markup name, std::string_view text);

/// "VALID" or "INVALID" with a sign and a word, so that it reads without colour; mark_chips(); and each load that was
/// injected beside it.
[[nodiscard]] Html verdict_chips(const RunDocument& run);

/// Each reason why a run is INVALID, with the command or action to try next.
[[nodiscard]] Html reasons_list(const RunDocument& run);

/// "7.30 ms [6.61, 8.02]" with the interval set smaller under the point; without a point the reason.
[[nodiscard]] Html estimate_cell(const std::string& formatted, const EstimateRecord& estimate);

/// One row a run: headline metric, P50, P95, P99, rate asked and achieved, lateness, output check; under an INVALID
/// run each reason with what to try. `labels` are as many as `runs`.
[[nodiscard]] Html overview_table(std::span<const RunDocument> runs, std::span<const std::string> labels);

/// All percentiles of one run with their intervals: response time, service time and, of token streams, time to the
/// first and to each further token. In Offline the service time alone.
[[nodiscard]] Html latency_table(const RunDocument& run);

}  // namespace assay
