#pragma once

#include <string>

namespace assay {

/// What the environment gives for this name; empty without it. Nothing of ours changes the environment while it runs.
[[nodiscard]] std::string environment_value(const char* name);

}  // namespace assay
