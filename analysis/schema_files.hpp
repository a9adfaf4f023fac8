#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace assay {

// The files of schema/, part of the program: written as C++ by the build (cmake/EmbedText.cmake).

[[nodiscard]] std::string_view run_schema();
[[nodiscard]] std::string_view roofline_schema();
[[nodiscard]] std::string_view track_schema();
[[nodiscard]] std::string_view real_world_schema();
[[nodiscard]] std::string_view bundle_schema();
[[nodiscard]] std::string_view selftest_schema();

/// The schema file of "assay/run/1"; nothing if the program has none of that name.
[[nodiscard]] std::optional<std::string_view> schema_file(std::string_view name);

/// "assay/run/1", ... : all that schema_file() has.
[[nodiscard]] std::vector<std::string_view> schema_names();

}  // namespace assay
