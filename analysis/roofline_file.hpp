#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"
#include "analysis/roofline_measurement.hpp"

namespace assay {

inline constexpr std::string_view kRooflineSchema = "assay/roofline/1";

/// The file of schema assay/roofline/1 (schema/roofline-1.schema.json): every sample as measured, in arrays for each
/// subject, so that any machine computes the fit again; and under "derived" the fit and the dots, to seven digits, for
/// readers without this program. Names carry SI base units, numbers are never strings, what is absent is null and a
/// reason beside it or in not_available. "hash" as in a run file.
[[nodiscard]] std::string roofline_json(const RooflineMeasurement& measurement, const Roofline& roofline,
                                        std::span<const PlacedDot> dots);

/// Reads untrusted text; "derived" is not read. Unknown members are accepted; an edited file is read, with hash_matches
/// false. Throws std::runtime_error with one line "NAME: subjects[3].samples.round[0]: expected ..." for text that is
/// no roofline file, another schema, over 16 MiB or nested deeper than 32.
[[nodiscard]] RooflineMeasurement roofline_from_json(std::string_view text, std::string_view source_name);

/// roofline_from_json() of a file. Throws std::runtime_error naming the path and the system's message.
[[nodiscard]] RooflineMeasurement read_roofline_file(const std::filesystem::path& path);

/// "2026-11-24T0312Z_roofline_my-box_7f3a.roofline.json": minute, the machine's label, the last four digits of the id.
[[nodiscard]] std::string roofline_file_name(const RooflineMeasurement& measurement);

}  // namespace assay
