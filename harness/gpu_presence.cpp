#include "harness/gpu_presence.hpp"

#include <dlfcn.h>

#include <array>
#include <memory>

namespace assay {
namespace {

// From NVIDIA's NVML API reference: 0 is NVML_SUCCESS, handles are opaque, names end with 0. Declared here because
// the header comes with the CUDA toolkit only.
using Result = int;
using Device = void*;
constexpr Result kSuccess = 0;
constexpr unsigned kTextSize = 96;  // NVML_DEVICE_NAME_V2_BUFFER_SIZE; the driver version needs 80

struct LibraryCloser {
  void operator()(void* library) const { dlclose(library); }
};

class Nvml {
 public:
  explicit Nvml(void* library) : library_(library) {}

  template <class Function>
  [[nodiscard]] Function* find(const char* name) const {
    return reinterpret_cast<Function*>(dlsym(library_.get(), name));
  }

  [[nodiscard]] std::string message(const std::string& call, Result code) const {
    auto* text = find<const char*(Result)>("nvmlErrorString");
    return call + ": " + (text == nullptr ? "error " + std::to_string(code) : std::string{text(code)});
  }

 private:
  std::unique_ptr<void, LibraryCloser> library_;
};

Reading<GpuPresence> read_devices(const Nvml& nvml) {
  auto* driver = nvml.find<Result(char*, unsigned)>("nvmlSystemGetDriverVersion");
  auto* count = nvml.find<Result(unsigned*)>("nvmlDeviceGetCount_v2");
  auto* handle = nvml.find<Result(unsigned, Device*)>("nvmlDeviceGetHandleByIndex_v2");
  auto* name = nvml.find<Result(Device, char*, unsigned)>("nvmlDeviceGetName");
  if (driver == nullptr || count == nullptr || handle == nullptr || name == nullptr) {
    return Unavailable{"libnvidia-ml.so.1 lacks a function of NVML's second version"};
  }
  GpuPresence presence;
  std::array<char, kTextSize> text{};
  if (const Result code = driver(text.data(), kTextSize); code != kSuccess) {
    return Unavailable{nvml.message("nvmlSystemGetDriverVersion", code)};
  }
  presence.driver_version = text.data();
  unsigned devices = 0;
  if (const Result code = count(&devices); code != kSuccess) {
    return Unavailable{nvml.message("nvmlDeviceGetCount", code)};
  }
  for (unsigned i = 0; i < devices; ++i) {
    Device device = nullptr;
    Result code = handle(i, &device);
    if (code == kSuccess) {
      code = name(device, text.data(), kTextSize);
    }
    presence.names.push_back(code == kSuccess ? std::string{text.data()} : nvml.message("nvmlDeviceGetName", code));
  }
  if (presence.names.empty()) {
    return Unavailable{"driver " + presence.driver_version + " is loaded but shows no device"};
  }
  return presence;
}

}  // namespace

Reading<GpuPresence> read_gpu_presence() {
  void* library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    return Unavailable{reason == nullptr ? "libnvidia-ml.so.1 cannot be opened" : reason};
  }
  const Nvml nvml{library};
  auto* start = nvml.find<Result()>("nvmlInit_v2");
  auto* stop = nvml.find<Result()>("nvmlShutdown");
  if (start == nullptr || stop == nullptr) {
    return Unavailable{"libnvidia-ml.so.1 lacks nvmlInit_v2"};
  }
  if (const Result code = start(); code != kSuccess) {
    return Unavailable{nvml.message("nvmlInit", code)};
  }
  Reading<GpuPresence> presence = read_devices(nvml);
  stop();
  return presence;
}

}  // namespace assay
