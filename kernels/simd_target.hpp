#pragma once

#include <string>

namespace assay {

/// The instruction set that our own kernels use on this processor, in Highway's words: "AVX3", "AVX2", "NEON", ...
[[nodiscard]] std::string simd_target();

}  // namespace assay
