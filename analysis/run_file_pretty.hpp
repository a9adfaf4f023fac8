#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace assay {

/// JSON for people: what fits stays on one line of 110 columns, members of larger objects get a line each, and long
/// arrays fill their lines, so that a histogram of 300 bins takes 40 lines and not 1,500. Invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string pretty_json(const nlohmann::ordered_json& value);

}  // namespace assay
