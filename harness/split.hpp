#pragma once

#include <string_view>
#include <vector>

namespace assay {

/// The parts between separators, empty ones too: "a,,b" has three, "" has one. They point into the text.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace assay
