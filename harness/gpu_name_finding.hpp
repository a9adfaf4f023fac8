#pragma once

namespace assay {

/// The check of the finding whose fact is the measured card's name alone, as CUDA has it.
inline constexpr const char* kGpuName = "gpu_name";

}  // namespace assay
