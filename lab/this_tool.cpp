#include "lab/this_tool.hpp"

#include "lab/version.hpp"

namespace assay {

ToolRecord this_tool() {
  const BuildInfo build = build_info();
  return {.version = build.version,
          .revision = build.revision_with_state(),
          .compiler = build.compiler,
          .build_type = build.build_type};
}

}  // namespace assay
