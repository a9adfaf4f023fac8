#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/nvml_library.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// A process that has a context on the card, as the driver numbers it: inside a container that is another number than
/// the process's own.
struct GpuProcess {
  std::uint32_t pid = 0;
  std::uint64_t memory_bytes = 0;  ///< 0 where the driver does not say
};

/// The state of one card, read once. Each part may be absent and says why.
struct GpuBoardState {
  Reading<std::string> driver = Unavailable{"not read"};
  Reading<bool> ecc = Unavailable{"not read"};
  Reading<bool> mig = Unavailable{"not read"};  ///< the card is cut into instances
  Reading<double> power_limit_w = Unavailable{"not read"};
  Reading<double> sm_clock_hz = Unavailable{"not read"};
  Reading<double> most_sm_clock_hz = Unavailable{"not read"};
  Reading<double> memory_clock_hz = Unavailable{"not read"};
  Reading<double> most_memory_clock_hz = Unavailable{"not read"};
  Reading<int> performance_state = Unavailable{"not read"};  ///< P0 is the fastest
  Reading<std::string> pcie = Unavailable{"not read"};       ///< "generation 5 x16 of at most generation 5 x16"
  Reading<std::vector<GpuProcess>> processes = Unavailable{"not read"};
};

/// "% of the time in which any kernel ran", which is what is commonly read as how busy a GPU is, and the same of its
/// memory. Over the last sixth of a second to second, by card.
struct GpuUtilisation {
  double kernels = 0.0;  ///< share, 0 to 1
  double memory = 0.0;
};

/// One card as NVML knows it. Only reads; changes no setting.
class GpuBoard {
 public:
  /// `uuid` as CUDA and nvidia-smi write it, "GPU-...": the two do not count cards alike.
  [[nodiscard]] static Reading<GpuBoard> open(std::shared_ptr<NvmlLibrary> nvml, const std::string& uuid);

  [[nodiscard]] GpuBoardState state() const;
  [[nodiscard]] Reading<GpuUtilisation> utilisation() const;
  /// Of the whole board at this moment (field 186), where GetPowerUsage tells an average over a second.
  [[nodiscard]] Reading<double> instant_power_w() const;
  [[nodiscard]] Reading<double> energy_j() const;  ///< since the driver was loaded
  [[nodiscard]] Reading<double> temperature_c() const;
  [[nodiscard]] Reading<double> sm_clock_hz() const;
  [[nodiscard]] Reading<std::uint64_t> throttle_reasons() const;

  [[nodiscard]] const std::shared_ptr<NvmlLibrary>& nvml() const { return nvml_; }
  [[nodiscard]] NvmlHandle handle() const { return handle_; }

 private:
  GpuBoard(std::shared_ptr<NvmlLibrary> nvml, NvmlHandle handle) : nvml_(std::move(nvml)), handle_(handle) {}

  [[nodiscard]] Reading<double> scaled(const char* function, double scale) const;
  [[nodiscard]] Reading<double> clock(const char* function, unsigned which) const;
  [[nodiscard]] Reading<bool> mode(const char* function) const;
  [[nodiscard]] Reading<std::string> pcie() const;
  [[nodiscard]] Reading<std::vector<GpuProcess>> processes() const;

  std::shared_ptr<NvmlLibrary> nvml_;
  NvmlHandle handle_;
};

}  // namespace assay
