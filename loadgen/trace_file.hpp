#pragma once

#include <iosfwd>
#include <span>
#include <string_view>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// Recorded arrivals as offsets from the first, ascending. One arrival a line, its time in the first column (CSV):
/// decimal seconds ("12.25"), or "2023-11-16 18:17:03.9799600", also with 'T' between and 'Z' behind. A first line that
/// is a header, empty lines and lines that begin with '#' are passed over. Exact to the nanosecond; what a time has
/// below that is cut.
/// Throws std::runtime_error "NAME:LINE: what is wrong; what is accepted" for any other line, both forms in one file, a
/// time that goes back, a line over 4096 bytes, more than 20 million arrivals, fewer than two, all at one instant, or a
/// stream that breaks.
[[nodiscard]] std::vector<Nanoseconds> read_trace(std::istream& text, std::string_view name);

/// (n - 1) / (last - first) of at least two offsets that differ.
[[nodiscard]] double mean_rate_hz(std::span<const Nanoseconds> offsets);

}  // namespace assay
