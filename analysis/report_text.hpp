#pragma once

#include <string>
#include <string_view>

#include "analysis/run_document.hpp"
#include "analysis/terminal_histogram.hpp"

namespace assay {

/// What of an untrusted text may reach a terminal: control characters, and those that turn the direction of writing,
/// are
/// '?'; in ASCII so is every byte above 127.
[[nodiscard]] std::string printable_text(std::string_view text, Charset charset);

/// One run for a terminal, about twelve lines: what ran and its verdict, the histogram, mean and percentiles with
/// intervals, the headline, rate, window, the generator's lateness, the output check, and for an INVALID run each
/// reason with what to try. Each line that holds numbers carries the mark of its run (RunMark). Control characters in
/// the run's texts (a file is untrusted) are shown as '?'.
[[nodiscard]] std::string run_summary_text(const RunDocument& run, const TextStyle& style);

}  // namespace assay
