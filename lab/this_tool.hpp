#pragma once

#include "analysis/tool_record.hpp"

namespace assay {

/// This program, as result files name it.
[[nodiscard]] ToolRecord this_tool();

}  // namespace assay
