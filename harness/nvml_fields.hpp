#pragma once

#include "harness/nvml_library.hpp"
#include "harness/unavailable.hpp"

// What NVML tells by field numbers (nvmlDeviceGetFieldValues) and not by a function of its own.

namespace assay {

/// Power of the whole board at this moment in watts, field 186. nvmlDeviceGetPowerUsage tells an average over a second
/// from Ampere on (but GA100).
[[nodiscard]] Reading<double> nvml_instant_power_w(const NvmlLibrary& nvml, NvmlHandle device);

}  // namespace assay
