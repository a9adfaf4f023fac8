#pragma once

#include <string>
#include <vector>

#include "harness/unavailable.hpp"

namespace assay {

struct GpuPresence {
  std::string driver_version;
  std::vector<std::string> names;  ///< in NVML's order
};

/// Whether an NVIDIA GPU and its driver are there, by NVML opened at run time. Only reads; changes no setting.
/// Starting NVML can take seconds where no persistence daemon runs, so it stays out of the start of a run.
[[nodiscard]] Reading<GpuPresence> read_gpu_presence();

}  // namespace assay
