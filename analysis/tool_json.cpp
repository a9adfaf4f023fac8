#include "analysis/tool_json.hpp"

#include <nlohmann/json.hpp>

namespace assay {

nlohmann::ordered_json tool_json(const ToolRecord& tool, const char* build_name) {
  return {{"version", tool.version},
          {"revision", tool.revision},
          {"compiler", tool.compiler},
          {build_name, tool.build_type}};
}

ToolRecord read_tool(const Field& field, const char* build_name) {
  return {.version = field.member("version").text(),
          .revision = field.member("revision").text(),
          .compiler = field.member("compiler").text(),
          .build_type = field.member(build_name).text()};
}

}  // namespace assay
