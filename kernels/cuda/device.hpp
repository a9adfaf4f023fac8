#pragma once

#include <cstdint>

#include "kernels/cuda/plugin_interface.h"

namespace assay::cuda {

/// Throws GpuError with the driver's own words where there is no device.
[[nodiscard]] std::int32_t device_count();

/// Throws GpuError if there is no device of that number.
[[nodiscard]] AssayGpuFacts device_facts(std::int32_t device);

}  // namespace assay::cuda
