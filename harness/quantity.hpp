#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/time.hpp"
#include "harness/units.hpp"

// Quantities as a person types them. Every function takes the whole text (no spaces, no sign, decimal only) and
// throws std::invalid_argument with one line that quotes the text and says what is accepted. Durations, sizes and
// counts are exact: a text that is not a whole number of the unit, or does not fit, is refused, never rounded.

namespace assay {

/// "250ns", "200us", "10ms", "1.5s", "10min", "2h"; the unit is required, so that nobody has to guess it.
[[nodiscard]] Nanoseconds parse_duration(std::string_view text);

/// Events per second: "800", "5k", "2.5M", "1e6", with "/s" after it if wanted. Positive and finite.
[[nodiscard]] double parse_rate(std::string_view text);

/// Memory: "512B", "4kB", "1.5GB" (powers of 1000), "64MiB" (powers of 1024); the unit is required.
[[nodiscard]] Bytes parse_size(std::string_view text);

/// A whole number: "24576", "5k", "10M".
[[nodiscard]] std::uint64_t parse_count(std::string_view text);

/// The shortest exact form that parse_size() reads back: "64MiB", "1536KiB", "1000B".
[[nodiscard]] std::string size_text(Bytes size);

}  // namespace assay
