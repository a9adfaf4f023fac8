#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "kernels/cuda/plugin_interface.h"

namespace assay::cuda {

/// Settings by name; what a work does not take is refused by make_work().
using Settings = std::map<std::string, std::string>;

/// One piece of work on one device; the interface's AssayGpuWork. Its functions are called with the device current, and
/// throw GpuError.
class Work {
 public:
  Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  virtual ~Work() = default;

  [[nodiscard]] virtual AssayGpuShape shape() const = 0;
  /// With "fact:" before the name of what follows from the settings on this device.
  [[nodiscard]] virtual Settings settings() const = 0;
  virtual void prepare(std::uint64_t seed) = 0;
  virtual void run(std::span<const std::uint32_t> samples) = 0;
  [[nodiscard]] virtual AssayGpuTiming repeat(std::uint64_t steps) = 0;
  virtual void probe(std::span<float, ASSAY_GPU_PROBE_VALUES> values) = 0;
  virtual void reference(std::uint32_t sample, std::span<float, ASSAY_GPU_PROBE_VALUES> values) = 0;
  [[nodiscard]] virtual AssayGpuCheck verify() = 0;
};

/// Throws GpuError(ASSAY_GPU_BAD_ARGUMENT) for a name or a setting that is not known, with what is.
[[nodiscard]] std::unique_ptr<Work> make_work(std::int32_t device, const std::string& name, const Settings& settings);

}  // namespace assay::cuda
