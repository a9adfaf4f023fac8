#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/units.hpp"

namespace assay {

/// Reads "4096", "64KiB", "1.5GiB" (powers of 1024) or "2MB" (powers of 1000); an optional B ends a bare number.
/// Returns nothing if `text` is anything else, is not a whole number of bytes or does not fit.
[[nodiscard]] std::optional<Bytes> parse_byte_size(std::string_view text);

/// The shortest exact form that parse_byte_size() reads back: "64MiB", "1536KiB", "1000B".
[[nodiscard]] std::string format_byte_size(Bytes size);

}  // namespace assay
