#pragma once

#include <string>

namespace assay {

/// A ULID of now.
[[nodiscard]] std::string fresh_id();

}  // namespace assay
