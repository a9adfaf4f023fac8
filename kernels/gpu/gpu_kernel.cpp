#include "kernels/gpu/gpu_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace assay {

namespace {

constexpr std::string_view kFact = "fact:";

std::string text_of(const AssayGpuStatus& status) { return static_cast<const char*>(status.message); }

/// A person's mistake is told from what the card cannot do.
void require_ok(std::int32_t code, const AssayGpuStatus& status) {
  if (code == ASSAY_GPU_BAD_ARGUMENT) {
    throw std::invalid_argument(text_of(status));
  }
  if (code == ASSAY_GPU_UNSUPPORTED) {
    throw GpuUnsupported(text_of(status));
  }
  if (code == ASSAY_GPU_NO_MEMORY) {
    throw std::runtime_error("the card's memory does not hold this: " + text_of(status) +
                             "; make size or n smaller, or end what else uses the card");
  }
  if (code != ASSAY_GPU_OK) {
    throw std::runtime_error(text_of(status));
  }
}

void take_setting(void* context, const char* name, const char* value) {
  auto& identity = *static_cast<KernelIdentity*>(context);
  const std::string_view text = name;
  if (text.starts_with(kFact)) {
    identity.facts[std::string(text.substr(kFact.size()))] = value;
  } else {
    identity.parameters[std::string(text)] = value;
  }
}

}  // namespace

GpuKernel::GpuKernel(const GpuDevice& device, const std::string& name, const std::string& work,
                     const std::map<std::string, std::string>& settings)
    : device_(device), work_name_(work), work_(nullptr, Closer{&device.plugin.table()}) {
  std::vector<AssayGpuSetting> given;
  given.reserve(settings.size());
  for (const auto& [key, value] : settings) {
    given.push_back({key.c_str(), value.c_str()});
  }
  const AssayGpuPlugin& table = device_.plugin.table();
  AssayGpuWork* opened = nullptr;
  AssayGpuStatus status{};
  require_ok(table.work_open(device.index, work.c_str(), given.data(), given.size(), &opened, &status), status);
  work_.reset(opened);
  require_ok(table.work_shape(work_.get(), &shape_, &status), status);
  identity_.name = name;
  read_settings();
}

void GpuKernel::read_settings() {
  AssayGpuStatus status{};
  require_ok(device_.plugin.table().work_settings(work_.get(), take_setting, &identity_, &status), status);
  identity_.parameters["device"] = device_.name();
  identity_.facts["gpu"] = static_cast<const char*>(device_.facts.name);
}

Flops GpuKernel::work() const { return Flops{static_cast<std::uint64_t>(std::llround(shape_.work))}; }

WorkUnit GpuKernel::work_unit() const {
  switch (shape_.unit) {
    case ASSAY_GPU_INTEGER_OPERATION:
      return WorkUnit::integer_operation;
    case ASSAY_GPU_ACCESS:
      return WorkUnit::access;
    default:
      return WorkUnit::flop;
  }
}

Bytes GpuKernel::memory_per_worker() const {
  return shape_.uses_host_memory != 0 ? Bytes{shape_.traffic_bytes} : Bytes{0};
}

void GpuKernel::prepare(std::uint64_t seed) {
  AssayGpuStatus status{};
  require_ok(device_.plugin.table().work_prepare(work_.get(), seed, &status), status);
  read_settings();
}

void GpuKernel::note(const AssayGpuStatus& status) noexcept {
  if (!failed_) {
    failed_ = true;
    failure_ = status;
  }
}

std::string GpuKernel::failure() const {
  return failed_ ? fmt::format("{} on {}: {}", work_name_, device_.name(), text_of(failure_)) : std::string{};
}

void GpuKernel::run(std::span<const std::uint32_t> samples) noexcept {
  AssayGpuStatus status{};
  if (device_.plugin.table().work_run(work_.get(), samples.data(), samples.size(), &status) != ASSAY_GPU_OK) {
    note(status);
  }
}

void GpuKernel::repeat(std::uint64_t iterations) noexcept {
  AssayGpuStatus status{};
  AssayGpuTiming timing{};
  if (device_.plugin.table().work_repeat(work_.get(), iterations, &timing, &status) != ASSAY_GPU_OK) {
    note(status);
  }
}

GpuStretch GpuKernel::timed_repeat(std::uint64_t steps) {
  AssayGpuStatus status{};
  AssayGpuTiming timing{};
  if (device_.plugin.table().work_repeat(work_.get(), steps, &timing, &status) != ASSAY_GPU_OK) {
    note(status);
    throw std::runtime_error(failure());
  }
  return {.device_s = timing.device_s,
          .host_s = timing.host_s,
          .sm_clock_hz = timing.sm_clock_hz > 0.0 ? std::optional(timing.sm_clock_hz) : std::nullopt,
          .steps = timing.steps};
}

RepeatStep GpuKernel::repeat_step() const {
  const Bytes traffic{shape_.step_traffic_bytes};
  return {.work = Flops{static_cast<std::uint64_t>(std::llround(shape_.step_work))},
          .traffic = traffic,
          .bus_traffic = traffic};
}

Kernel::Probe GpuKernel::probe(std::size_t /*slot*/) const noexcept {
  static_assert(kProbeSize == ASSAY_GPU_PROBE_VALUES);
  Probe values{};
  AssayGpuStatus status{};
  if (device_.plugin.table().work_probe(work_.get(), values.data(), &status) != ASSAY_GPU_OK) {
    values.fill(std::numeric_limits<float>::quiet_NaN());  // never equal to what is expected
  }
  return values;
}

Kernel::Probe GpuKernel::reference_probe(std::uint32_t sample) const {
  Probe values{};
  AssayGpuStatus status{};
  require_ok(device_.plugin.table().work_reference(work_.get(), sample, values.data(), &status), status);
  return values;
}

OutputCheck GpuKernel::verify() {
  AssayGpuCheck check{};
  AssayGpuStatus status{};
  require_ok(device_.plugin.table().work_verify(work_.get(), &check, &status), status);
  std::string detail = static_cast<const char*>(check.detail);
  const bool passed = check.passed != 0 && check.compared > 0;
  if (!passed && detail.empty()) {
    detail = check.compared == 0 ? "no value was compared" : "the library gives no detail";
  }
  return {.passed = passed,
          .worst_relative_error = check.worst_relative_error,
          .tolerance = check.tolerance,
          .detail = passed ? std::string{} : detail};
}

}  // namespace assay
