#include "kernels/gpu/gpu_device.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace assay {

namespace {

std::string absence_from(const GpuPlugin& plugin, std::int32_t index) {
  AssayGpuStatus status{};
  std::int32_t count = 0;
  if (plugin.table().device_count(&count, &status) != ASSAY_GPU_OK) {
    return fmt::format("{}; install NVIDIA's driver for CUDA 13 (580 or later), and check it with nvidia-smi",
                       static_cast<const char*>(status.message));
  }
  if (count == 0) {
    return "the driver shows no device; check CUDA_VISIBLE_DEVICES and nvidia-smi";
  }
  if (index < 0 || index >= count) {
    return fmt::format("there is no cuda:{}; the driver shows {}, from cuda:0 to cuda:{}", index, count, count - 1);
  }
  return {};
}

}  // namespace

std::string GpuDevice::name() const { return fmt::format("cuda:{}", index); }

std::int32_t gpu_index_from(std::string_view text) {
  constexpr std::string_view kPrefix = "cuda:";
  constexpr std::int32_t kMost = 1023;
  std::int32_t index = -1;
  if (text.starts_with(kPrefix)) {
    const std::string_view digits = text.substr(kPrefix.size());
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error == std::errc{} && end == digits.data() + digits.size() && index >= 0 && index <= kMost) {
      return index;
    }
  }
  throw std::invalid_argument(fmt::format("'{}': expected cpu, or cuda:N with N from 0, e.g. cuda:0", text));
}

Reading<GpuDevice> open_gpu(std::int32_t index) {
  const Reading<GpuPlugin> plugin = open_gpu_plugin();
  return plugin ? open_gpu(*plugin, index) : Reading<GpuDevice>{Unavailable{plugin.reason()}};
}

Reading<GpuDevice> open_gpu(const GpuPlugin& plugin, std::int32_t index) {
  if (std::string absence = absence_from(plugin, index); !absence.empty()) {
    return Unavailable{std::move(absence)};
  }
  AssayGpuStatus status{};
  GpuDevice device{.plugin = plugin, .index = index};
  if (plugin.table().device_facts(index, &device.facts, &status) != ASSAY_GPU_OK) {
    return Unavailable{fmt::format("cuda:{}: {}", index, static_cast<const char*>(status.message))};
  }
  return device;
}

std::string gpu_absence(std::int32_t index) {
  const Reading<GpuPlugin> plugin = open_gpu_plugin();
  return plugin ? absence_from(*plugin, index) : plugin.reason();
}

void release_gpu(std::int32_t index) {
  if (const Reading<GpuPlugin> plugin = open_gpu_plugin()) {
    AssayGpuStatus status{};
    static_cast<void>(plugin->table().release_device(index, &status));  // nothing was to be had of it any more
  }
}

std::string no_gpu_line(const std::string& reason) { return "no GPU: " + reason; }

}  // namespace assay
