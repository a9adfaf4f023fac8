#pragma once

#include <string>

#include "analysis/format.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// What a terminal can show.
struct TextStyle {
  Charset charset = Charset::utf8;
  bool colour = false;  ///< ANSI colours beside the words, never instead of them
  int columns = 60;     ///< of a histogram's bars
};

/// Two lines: the latencies as one row of blocks on a logarithmic axis from minimum to maximum, and under it the places
/// of mean (m), P95 and P99. A column is as high as its share of the fullest; one that holds anything is at least one
/// eighth high. Marks that would collide move apart by a column. One line with the reason if nothing completed.
/// Throws std::invalid_argument for fewer than 10 columns.
[[nodiscard]] std::string terminal_histogram(const LatencyRecord& latency, const TextStyle& style);

}  // namespace assay
