#pragma once

#include <cstdint>

namespace assay::cuda {

/// The AssayLlmTable of that version, or null.
[[nodiscard]] const void* llm_extension(std::uint32_t version);

}  // namespace assay::cuda
