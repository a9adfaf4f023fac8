#include "harness/gpu_board.hpp"

#include <array>

#include "harness/nvml_fields.hpp"

namespace assay {

namespace {

// NVML API reference.
constexpr unsigned kClockOfSm = 1;         // NVML_CLOCK_SM
constexpr unsigned kClockOfMemory = 2;     // NVML_CLOCK_MEM
constexpr unsigned kTemperatureOfGpu = 0;  // NVML_TEMPERATURE_GPU
constexpr unsigned kTextSize = 96;

/// nvmlProcessInfo_t of nvmlDeviceGetComputeRunningProcesses_v3.
struct NvmlProcessInfo {
  unsigned pid = 0;
  unsigned long long memory_bytes = 0;
  unsigned gpu_instance = 0;
  unsigned compute_instance = 0;
};
static_assert(sizeof(NvmlProcessInfo) == 24);

/// nvmlUtilization_t, in percent.
struct NvmlUtilisation {
  unsigned kernels = 0;
  unsigned memory = 0;
};

}  // namespace

Reading<GpuBoard> GpuBoard::open(std::shared_ptr<NvmlLibrary> nvml, const std::string& uuid) {
  NvmlHandle handle = nullptr;
  if (auto failure = nvml->call("nvmlDeviceGetHandleByUUID", uuid.c_str(), &handle)) {
    return *failure;
  }
  return GpuBoard(std::move(nvml), handle);
}

Reading<double> GpuBoard::scaled(const char* function, double scale) const {
  unsigned value = 0;
  const auto failure = nvml_->call(function, handle_, &value);
  return failure ? Reading<double>{*failure} : scale * static_cast<double>(value);
}

Reading<double> GpuBoard::clock(const char* function, unsigned which) const {
  unsigned megahertz = 0;
  const auto failure = nvml_->call(function, handle_, which, &megahertz);
  return failure ? Reading<double>{*failure} : 1e6 * static_cast<double>(megahertz);
}

Reading<bool> GpuBoard::mode(const char* function) const {
  unsigned current = 0;
  unsigned pending = 0;
  const auto failure = nvml_->call(function, handle_, &current, &pending);
  return failure ? Reading<bool>{*failure} : current != 0;
}

Reading<std::string> GpuBoard::pcie() const {
  std::string text;
  for (const auto& [generation, width] :
       {std::pair{"nvmlDeviceGetCurrPcieLinkGeneration", "nvmlDeviceGetCurrPcieLinkWidth"},
        std::pair{"nvmlDeviceGetMaxPcieLinkGeneration", "nvmlDeviceGetMaxPcieLinkWidth"}}) {
    unsigned of_generation = 0;
    unsigned of_width = 0;
    if (auto failure = nvml_->call(generation, handle_, &of_generation)) {
      return *failure;
    }
    if (auto failure = nvml_->call(width, handle_, &of_width)) {
      return *failure;
    }
    text += text.empty() ? "" : " of at most ";
    text += "generation " + std::to_string(of_generation) + " x" + std::to_string(of_width);
  }
  return text;
}

Reading<std::vector<GpuProcess>> GpuBoard::processes() const {
  constexpr const char* kName = "nvmlDeviceGetComputeRunningProcesses_v3";
  auto* const function = nvml_->find<NvmlResult(NvmlHandle, unsigned*, NvmlProcessInfo*)>(kName);
  if (function == nullptr) {
    return Unavailable{std::string{"libnvidia-ml.so.1 lacks "} + kName};
  }
  constexpr unsigned kMost = 1024;
  std::vector<NvmlProcessInfo> found(16);
  auto count = static_cast<unsigned>(found.size());
  NvmlResult code = function(handle_, &count, found.data());
  while (code == kNvmlInsufficientSize && found.size() < kMost) {
    found.resize(2 * found.size());  // more may have come since
    count = static_cast<unsigned>(found.size());
    code = function(handle_, &count, found.data());
  }
  if (code != kNvmlSuccess) {
    return Unavailable{std::string{kName} + ": " + nvml_->text_of(code)};
  }
  std::vector<GpuProcess> processes;
  processes.reserve(count);
  for (unsigned i = 0; i < count && i < found.size(); ++i) {
    constexpr unsigned long long kNotKnown = ~0ULL;  // NVML_VALUE_NOT_AVAILABLE
    processes.push_back(
        {.pid = found[i].pid, .memory_bytes = found[i].memory_bytes == kNotKnown ? 0 : found[i].memory_bytes});
  }
  return processes;
}

GpuBoardState GpuBoard::state() const {
  GpuBoardState state;
  std::array<char, kTextSize> text{};
  if (auto failure = nvml_->call("nvmlSystemGetDriverVersion", text.data(), kTextSize)) {
    state.driver = *failure;
  } else {
    state.driver = std::string{text.data()};
  }
  state.ecc = mode("nvmlDeviceGetEccMode");
  state.mig = mode("nvmlDeviceGetMigMode");
  state.power_limit_w = scaled("nvmlDeviceGetEnforcedPowerLimit", 1e-3);
  state.sm_clock_hz = sm_clock_hz();
  state.most_sm_clock_hz = clock("nvmlDeviceGetMaxClockInfo", kClockOfSm);
  state.memory_clock_hz = clock("nvmlDeviceGetClockInfo", kClockOfMemory);
  state.most_memory_clock_hz = clock("nvmlDeviceGetMaxClockInfo", kClockOfMemory);
  int performance = 0;
  const auto failure = nvml_->call("nvmlDeviceGetPerformanceState", handle_, &performance);
  state.performance_state = failure ? Reading<int>{*failure} : Reading<int>{performance};
  state.pcie = pcie();
  state.processes = processes();
  return state;
}

Reading<GpuUtilisation> GpuBoard::utilisation() const {
  NvmlUtilisation percent;
  if (auto failure = nvml_->call("nvmlDeviceGetUtilizationRates", handle_, &percent)) {
    return *failure;
  }
  return GpuUtilisation{.kernels = 0.01 * percent.kernels, .memory = 0.01 * percent.memory};
}

Reading<double> GpuBoard::instant_power_w() const { return nvml_instant_power_w(*nvml_, handle_); }

Reading<double> GpuBoard::energy_j() const {
  unsigned long long millijoules = 0;
  const auto failure = nvml_->call("nvmlDeviceGetTotalEnergyConsumption", handle_, &millijoules);
  return failure ? Reading<double>{*failure} : 1e-3 * static_cast<double>(millijoules);
}

Reading<double> GpuBoard::temperature_c() const {
  unsigned celsius = 0;
  const auto failure = nvml_->call("nvmlDeviceGetTemperature", handle_, kTemperatureOfGpu, &celsius);
  return failure ? Reading<double>{*failure} : static_cast<double>(celsius);
}

Reading<double> GpuBoard::sm_clock_hz() const { return clock("nvmlDeviceGetClockInfo", kClockOfSm); }

Reading<std::uint64_t> GpuBoard::throttle_reasons() const {
  unsigned long long bits = 0;
  const auto failure = nvml_->call("nvmlDeviceGetCurrentClocksThrottleReasons", handle_, &bits);
  return failure ? Reading<std::uint64_t>{*failure} : static_cast<std::uint64_t>(bits);
}

}  // namespace assay
