#pragma once

#include <string>
#include <vector>

#include "harness/gpu_board.hpp"
#include "harness/gpu_name_finding.hpp"
#include "harness/run_conditions.hpp"
#include "kernels/gpu/gpu_device.hpp"

namespace assay {

/// What a result must say of the card that it was measured on, and what could bend its numbers: name, size, clocks,
/// ECC, MIG, driver, other processes. `state` is the board's, or why NVML does not tell. Foreign processes and a card
/// that is cut into instances are warnings.
[[nodiscard]] std::vector<Finding> gpu_findings(const GpuDevice& device, const Reading<GpuBoardState>& state);

/// The same with the board's state read now. Before the first work of this process every process on the card is
/// somebody else's.
[[nodiscard]] std::vector<Finding> read_gpu_findings(const GpuDevice& device);

/// NVML's view of the device.
[[nodiscard]] Reading<GpuBoard> open_board(const GpuDevice& device);

/// The facts of findings that warn, for people.
[[nodiscard]] std::vector<std::string> warnings_of(const std::vector<Finding>& findings);

}  // namespace assay
