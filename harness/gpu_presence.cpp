#include "harness/gpu_presence.hpp"

#include <array>

#include "harness/nvml_library.hpp"

namespace assay {
namespace {

constexpr unsigned kTextSize = 96;  // NVML_DEVICE_NAME_V2_BUFFER_SIZE; the driver version needs 80

Reading<GpuPresence> read_devices(const NvmlLibrary& nvml) {
  GpuPresence presence;
  std::array<char, kTextSize> text{};
  if (auto failure = nvml.call("nvmlSystemGetDriverVersion", text.data(), kTextSize)) {
    return *failure;
  }
  presence.driver_version = text.data();
  unsigned devices = 0;
  if (auto failure = nvml.call("nvmlDeviceGetCount_v2", &devices)) {
    return *failure;
  }
  for (unsigned i = 0; i < devices; ++i) {
    NvmlHandle device = nullptr;
    auto failure = nvml.call("nvmlDeviceGetHandleByIndex_v2", i, &device);
    if (!failure) {
      failure = nvml.call("nvmlDeviceGetName", device, text.data(), kTextSize);
    }
    presence.names.push_back(failure ? failure->reason : std::string{text.data()});
  }
  if (presence.names.empty()) {
    return Unavailable{"driver " + presence.driver_version + " is loaded but shows no device"};
  }
  return presence;
}

}  // namespace

Reading<GpuPresence> read_gpu_presence() {
  const auto nvml = NvmlLibrary::open();
  return nvml ? read_devices(**nvml) : Reading<GpuPresence>{Unavailable{nvml.reason()}};
}

}  // namespace assay
