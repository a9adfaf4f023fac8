#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/datasheet_record.hpp"

namespace assay {

inline constexpr std::size_t kMostDatasheetBytes = std::size_t{64} * 1024;

/// Devices from TOML, one under each line [[device]], as share/datasheets/ has them: dense peaks in 10^12 a second
/// under peak_tera_per_s by data type, bandwidth_gb_per_s, and if known power_w and price_usd. Throws
/// std::runtime_error with one line of printable ASCII that names the file, the line where it is known, and what to
/// write there.
[[nodiscard]] std::vector<Datasheet> datasheets_from_toml(std::string_view text, const std::string& file);

/// The catalogue of share/datasheets/, which is part of the program, by id.
[[nodiscard]] std::vector<Datasheet> shipped_datasheets();

/// The device of that id, or the one device in the file `text` where there is such a file. Throws std::invalid_argument
/// listing the ids if it is neither, std::runtime_error as datasheets_from_toml() does.
[[nodiscard]] Datasheet find_datasheet(const std::string& text);

// Text of the files; the build writes this function.
[[nodiscard]] std::string_view datasheets_toml();

}  // namespace assay
