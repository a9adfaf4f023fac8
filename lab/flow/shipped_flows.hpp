#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/shipped_file.hpp"

namespace assay {

/// The labs of share/labs/, which are part of the program: by the name of their track.
[[nodiscard]] std::vector<std::string> shipped_flow_names();

/// The text of the file `text`, or of the shipped lab of that name where there is no such file. Throws as
/// find_shipped_file() does.
[[nodiscard]] NamedText find_flow(const std::string& text);

// Text of the files; the build writes these functions.
[[nodiscard]] std::string_view cloud_flow_toml();
[[nodiscard]] std::string_view edge_flow_toml();
[[nodiscard]] std::string_view mobile_flow_toml();
[[nodiscard]] std::string_view tiny_flow_toml();

}  // namespace assay
