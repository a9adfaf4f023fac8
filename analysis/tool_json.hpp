#pragma once

#include <nlohmann/json_fwd.hpp>

#include "analysis/run_file_field.hpp"
#include "analysis/tool_record.hpp"

namespace assay {

/// The names that the schemas give to the type of the build.
inline constexpr const char* kBuildOfMeasurement = "build";    ///< in runs and rooflines
inline constexpr const char* kBuildOfDocument = "build_type";  ///< in bundles and self-tests

/// The member "tool" of a result file, and its reader.
[[nodiscard]] nlohmann::ordered_json tool_json(const ToolRecord& tool, const char* build_name);
[[nodiscard]] ToolRecord read_tool(const Field& field, const char* build_name);

}  // namespace assay
