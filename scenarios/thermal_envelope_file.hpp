#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "scenarios/thermal_envelope.hpp"

namespace assay {

inline constexpr std::size_t kMostEnvelopeBytes = std::size_t{64} * 1024;

/// An envelope from TOML: one flat list of the fields of ThermalEnvelope under their names, the poll period in seconds
/// as poll_period_s. hysteresis_k, steps, poll_period_s and time_compression may be left out; no other key is known.
/// Throws std::runtime_error with one line of printable ASCII that names the file, the line and what to write there.
[[nodiscard]] ThermalEnvelope thermal_envelope_from_toml(std::string_view text, const std::string& file);

/// The same from a file of at most kMostEnvelopeBytes.
[[nodiscard]] ThermalEnvelope read_thermal_envelope(const std::filesystem::path& path);

}  // namespace assay
