#pragma once

#include "kernels/cuda/plugin_interface.h"

namespace assay {

/// A card that is not there, for the host's side: one device, every work with exact times, and answers that a setting
/// can spoil. It says of itself that it is simulated. Works: "stream" moves 3e12 B/s, "gemm" and "fma" do 5e14 flop/s,
/// all others take 1 us a step. Settings that any work takes: fail=open|prepare|run|repeat|verify, wrong=1 (its output
/// is), clock=idle (its multiprocessors run at a fifth of the highest clock).
[[nodiscard]] const AssayGpuPlugin* fake_gpu_plugin();

/// The same without a driver.
[[nodiscard]] const AssayGpuPlugin* fake_plugin_without_driver();

/// The same of another version of the interface.
[[nodiscard]] const AssayGpuPlugin* fake_plugin_of_other_version();

/// Works that are open.
[[nodiscard]] int open_fake_works();

}  // namespace assay
