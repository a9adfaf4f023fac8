#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/thermal_envelope.hpp"

namespace assay {

/// The envelopes of share/envelopes/, which are part of the program.
[[nodiscard]] std::vector<std::string> shipped_envelope_names();

/// The envelope in the file `text`, or the shipped one of that name where there is no such file. Throws
/// std::invalid_argument listing the names if it is neither, std::runtime_error as read_thermal_envelope() does.
[[nodiscard]] ThermalEnvelope find_thermal_envelope(const std::string& text);

// Text of the files; the build writes these functions.
[[nodiscard]] std::string_view blocked_airflow_envelope_toml();
[[nodiscard]] std::string_view laptop_envelope_toml();
[[nodiscard]] std::string_view phone_envelope_toml();
[[nodiscard]] std::string_view phone_60fps_envelope_toml();
[[nodiscard]] std::string_view server_envelope_toml();

}  // namespace assay
