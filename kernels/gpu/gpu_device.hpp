#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/unavailable.hpp"
#include "kernels/gpu/gpu_plugin.hpp"

namespace assay {

/// One GPU, counted as CUDA counts them, through the library that can use it.
struct GpuDevice {
  GpuPlugin plugin;
  std::int32_t index = 0;
  AssayGpuFacts facts{};

  /// "cuda:0"
  [[nodiscard]] std::string name() const;
};

/// The index in "cuda:N". Throws std::invalid_argument saying what is accepted.
[[nodiscard]] std::int32_t gpu_index_from(std::string_view text);

/// Opens the library and asks the device for its facts, for which the process becomes one that uses it. The reason is
/// what a person reads behind "no GPU: ", with what to do about it.
[[nodiscard]] Reading<GpuDevice> open_gpu(std::int32_t index);

/// The same through a library that is open.
[[nodiscard]] Reading<GpuDevice> open_gpu(const GpuPlugin& plugin, std::int32_t index);

/// Why there is no such device, as open_gpu() says it, without a trace on any device; empty: there is one.
[[nodiscard]] std::string gpu_absence(std::int32_t index);

/// Gives back what this process holds of the device: it only asked, and another one measures.
void release_gpu(std::int32_t index);

/// "no GPU: REASON": the one line of every command that was to use one.
[[nodiscard]] std::string no_gpu_line(const std::string& reason);

}  // namespace assay
