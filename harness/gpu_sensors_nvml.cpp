#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "harness/gpu_sensors.hpp"
#include "harness/nvml_fields.hpp"
#include "harness/nvml_library.hpp"

namespace assay {
namespace {

using Device = NvmlHandle;
constexpr unsigned kNameSize = 96;         // NVML_DEVICE_NAME_V2_BUFFER_SIZE
constexpr unsigned kTemperatureOfGpu = 0;  // NVML_TEMPERATURE_GPU
constexpr unsigned kClockOfSm = 1;         // NVML_CLOCK_SM
constexpr unsigned kClockOfMemory = 2;     // NVML_CLOCK_MEM

class NvmlSensors final : public GpuSensors {
 public:
  explicit NvmlSensors(std::shared_ptr<NvmlLibrary> library) : library_(std::move(library)) {}

  [[nodiscard]] std::optional<Unavailable> find_devices() {
    unsigned count = 0;
    if (auto failure = library_->call("nvmlDeviceGetCount_v2", &count)) {
      return failure;
    }
    for (unsigned i = 0; i < count; ++i) {
      Device device = nullptr;
      if (auto failure = library_->call("nvmlDeviceGetHandleByIndex_v2", i, &device)) {
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
    if (auto failure = library_->call("nvmlDeviceGetName", devices_.at(device), text.data(), kNameSize)) {
      return *failure;
    }
    return std::string{text.data()};
  }

  [[nodiscard]] Reading<double> temperature_c(std::size_t device) override {
    unsigned celsius = 0;
    const auto failure = library_->call("nvmlDeviceGetTemperature", devices_.at(device), kTemperatureOfGpu, &celsius);
    return failure ? Reading<double>{*failure} : static_cast<double>(celsius);
  }

  [[nodiscard]] Reading<double> power_w(std::size_t device) override {
    unsigned milliwatts = 0;
    const auto failure = library_->call("nvmlDeviceGetPowerUsage", devices_.at(device), &milliwatts);
    return failure ? Reading<double>{*failure} : 1e-3 * static_cast<double>(milliwatts);
  }

  [[nodiscard]] Reading<double> instant_power_w(std::size_t device) override {
    return nvml_instant_power_w(*library_, devices_.at(device));
  }

  [[nodiscard]] Reading<double> energy_j(std::size_t device) override {
    unsigned long long millijoules = 0;
    const auto failure = library_->call("nvmlDeviceGetTotalEnergyConsumption", devices_.at(device), &millijoules);
    return failure ? Reading<double>{*failure} : 1e-3 * static_cast<double>(millijoules);
  }

  [[nodiscard]] Reading<double> clock_hz(std::size_t device) override { return clock(device, kClockOfSm); }
  [[nodiscard]] Reading<double> memory_clock_hz(std::size_t device) override { return clock(device, kClockOfMemory); }

  [[nodiscard]] Reading<std::uint64_t> throttle_reasons(std::size_t device) override {
    unsigned long long bits = 0;
    const auto failure = library_->call("nvmlDeviceGetCurrentClocksThrottleReasons", devices_.at(device), &bits);
    return failure ? Reading<std::uint64_t>{*failure} : static_cast<std::uint64_t>(bits);
  }

 private:
  [[nodiscard]] Reading<double> clock(std::size_t device, unsigned which) const {
    unsigned megahertz = 0;
    const auto failure = library_->call("nvmlDeviceGetClockInfo", devices_.at(device), which, &megahertz);
    return failure ? Reading<double>{*failure} : 1e6 * static_cast<double>(megahertz);
  }

  std::shared_ptr<NvmlLibrary> library_;
  std::vector<Device> devices_;
};

}  // namespace

Reading<std::shared_ptr<GpuSensors>> open_gpu_sensors() {
  const auto library = NvmlLibrary::open();
  if (!library) {
    return Unavailable{library.reason()};
  }
  auto sensors = std::make_shared<NvmlSensors>(*library);
  if (auto failure = sensors->find_devices()) {
    return *failure;
  }
  return std::shared_ptr<GpuSensors>{std::move(sensors)};
}

}  // namespace assay
