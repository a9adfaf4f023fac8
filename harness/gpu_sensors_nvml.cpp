#include <dlfcn.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "harness/gpu_sensors.hpp"

namespace assay {
namespace {

// From NVIDIA's NVML API reference: 0 is NVML_SUCCESS, handles are opaque, names end with 0. Declared here because
// the header comes with the CUDA toolkit only.
using Result = int;
using Device = void*;
constexpr Result kSuccess = 0;
constexpr unsigned kNameSize = 96;         // NVML_DEVICE_NAME_V2_BUFFER_SIZE
constexpr unsigned kTemperatureOfGpu = 0;  // NVML_TEMPERATURE_GPU
constexpr unsigned kClockOfSm = 1;         // NVML_CLOCK_SM

/// libnvidia-ml.so.1. It stays loaded until the process ends: its threads may run until then.
class NvmlLibrary {
 public:
  explicit NvmlLibrary(void* handle) : handle_(handle) {}

  template <class Function>
  [[nodiscard]] Function* find(const char* name) const {
    return reinterpret_cast<Function*>(dlsym(handle_, name));
  }

  /// Calls the function of that name, nothing if all went well.
  template <class... Arguments>
  [[nodiscard]] std::optional<Unavailable> call(const char* name, Arguments... arguments) const {
    auto* const function = find<Result(Arguments...)>(name);
    if (function == nullptr) {
      return Unavailable{std::string{"libnvidia-ml.so.1 lacks "} + name};
    }
    if (const Result code = function(arguments...); code != kSuccess) {
      auto* const text = find<const char*(Result)>("nvmlErrorString");
      return Unavailable{std::string{name} + ": " +
                         (text == nullptr ? "error " + std::to_string(code) : std::string{text(code)})};
    }
    return std::nullopt;
  }

 private:
  void* handle_;
};

class NvmlSensors final : public GpuSensors {
 public:
  /// NVML has been started by the caller and is shut down with this object.
  explicit NvmlSensors(NvmlLibrary library) : library_(library) {}
  ~NvmlSensors() override { static_cast<void>(library_.call("nvmlShutdown")); }

  [[nodiscard]] std::optional<Unavailable> find_devices() {
    unsigned count = 0;
    if (auto failure = library_.call("nvmlDeviceGetCount_v2", &count)) {
      return failure;
    }
    for (unsigned i = 0; i < count; ++i) {
      Device device = nullptr;
      if (auto failure = library_.call("nvmlDeviceGetHandleByIndex_v2", i, &device)) {
        return failure;
      }
      devices_.push_back(device);
    }
    return devices_.empty() ? std::optional{Unavailable{"nvmlDeviceGetCount_v2: the driver shows no device"}}
                            : std::nullopt;
  }

  [[nodiscard]] std::size_t device_count() const override { return devices_.size(); }

  [[nodiscard]] Reading<std::string> name(std::size_t device) override {
    std::array<char, kNameSize> text{};
    if (auto failure = library_.call("nvmlDeviceGetName", devices_.at(device), text.data(), kNameSize)) {
      return *failure;
    }
    return std::string{text.data()};
  }

  [[nodiscard]] Reading<double> temperature_c(std::size_t device) override {
    unsigned celsius = 0;
    const auto failure = library_.call("nvmlDeviceGetTemperature", devices_.at(device), kTemperatureOfGpu, &celsius);
    return failure ? Reading<double>{*failure} : static_cast<double>(celsius);
  }

  [[nodiscard]] Reading<double> power_w(std::size_t device) override {
    unsigned milliwatts = 0;
    const auto failure = library_.call("nvmlDeviceGetPowerUsage", devices_.at(device), &milliwatts);
    return failure ? Reading<double>{*failure} : 1e-3 * static_cast<double>(milliwatts);
  }

  [[nodiscard]] Reading<double> energy_j(std::size_t device) override {
    unsigned long long millijoules = 0;
    const auto failure = library_.call("nvmlDeviceGetTotalEnergyConsumption", devices_.at(device), &millijoules);
    return failure ? Reading<double>{*failure} : 1e-3 * static_cast<double>(millijoules);
  }

  [[nodiscard]] Reading<double> clock_hz(std::size_t device) override {
    unsigned megahertz = 0;
    const auto failure = library_.call("nvmlDeviceGetClockInfo", devices_.at(device), kClockOfSm, &megahertz);
    return failure ? Reading<double>{*failure} : 1e6 * static_cast<double>(megahertz);
  }

  [[nodiscard]] Reading<std::uint64_t> throttle_reasons(std::size_t device) override {
    unsigned long long bits = 0;
    const auto failure = library_.call("nvmlDeviceGetCurrentClocksThrottleReasons", devices_.at(device), &bits);
    return failure ? Reading<std::uint64_t>{*failure} : static_cast<std::uint64_t>(bits);
  }

 private:
  NvmlLibrary library_;
  std::vector<Device> devices_;
};

}  // namespace

Reading<std::shared_ptr<GpuSensors>> open_gpu_sensors() {
  void* const handle = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const reason = dlerror();
    return Unavailable{reason == nullptr ? "libnvidia-ml.so.1 cannot be opened" : reason};
  }
  const NvmlLibrary library(handle);
  if (auto failure = library.call("nvmlInit_v2")) {
    return *failure;
  }
  auto sensors = std::make_shared<NvmlSensors>(library);
  if (auto failure = sensors->find_devices()) {
    return *failure;
  }
  return std::shared_ptr<GpuSensors>{std::move(sensors)};
}

}  // namespace assay
