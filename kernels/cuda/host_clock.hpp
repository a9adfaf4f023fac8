#pragma once

#include <ctime>

namespace assay::cuda {

/// Seconds of CLOCK_MONOTONIC_RAW: the host's clock as the rest of the program uses it.
[[nodiscard]] inline double host_seconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace assay::cuda
