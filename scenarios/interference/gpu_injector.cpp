#include "scenarios/interference/gpu_injector.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "harness/thread_affinity.hpp"
#include "kernels/gpu/gpu_catalogue.hpp"
#include "scenarios/interference/gpu_injector_process.hpp"
#include "scenarios/workload.hpp"

namespace assay {

namespace {

constexpr std::size_t kMostLengths = std::size_t{1} << 16U;

}  // namespace

GpuInjector::GpuInjector(const GpuDevice& device, const GpuDose& dose, int cpu, std::uint64_t seed)
    : name_(device.name()), cpu_(cpu), load_(device, dose, seed) {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    try {
      pin_this_thread(cpu_);
      load_.inject([&stop] { return stop.stop_requested(); }, [this](const InjectorUse& piece) { note(piece); });
    } catch (const std::exception&) {
      const std::lock_guard lock(mutex_);
      gone_ = true;  // the dose then says that it was not delivered
    }
  });
}

GpuInjector::~GpuInjector() = default;

void GpuInjector::note(const InjectorUse& piece) {
  const std::lock_guard lock(mutex_);
  use_ += piece;
  if (lengths_.size() < kMostLengths) {
    lengths_.push_back(piece.cpu_time);
  }
}

std::optional<InjectorUse> GpuInjector::use() const {
  const std::lock_guard lock(mutex_);
  return gone_ ? std::nullopt : std::optional(use_);
}

std::vector<Nanoseconds> GpuInjector::lengths(std::uint64_t since) const {
  const std::lock_guard lock(mutex_);
  const auto first = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(since, lengths_.size()));
  return {lengths_.begin() + first, lengths_.end()};
}

InjectorFactory gpu_injectors(const GpuDevice& device) {
  return [device](const InjectorOrder& order, const InterferenceRequest& request) -> std::unique_ptr<Injector> {
    if (request.source == InjectorSource::stress_ng) {
      throw std::invalid_argument("--with stress-ng: it cannot load a GPU; leave the flag out");
    }
    const GpuDose dose = gpu_dose_of(order.knob, request);
    if (request.home == GpuInjectorHome::process) {
      return std::make_unique<GpuInjectorProcess>(GpuInjectorProcess::Plan{.order = {.device = device.name(),
                                                                                     .dose = dose,
                                                                                     .cpu = order.cpu,
                                                                                     .seed = order.seed,
                                                                                     .time_limit = order.time_limit}});
    }
    return std::make_unique<GpuInjector>(device, dose, order.cpu, order.seed);
  };
}

std::optional<std::string> injected_gpu(const WorkloadRequest& workload) {
  const KernelEntry* const kernel = find_gpu_kernel(workload.name);
  const auto named = workload.parameters.find("device");
  const bool is_named = named != workload.parameters.end() && named->second.starts_with("cuda:");
  if (kernel != nullptr && kernel->name == workload.name) {
    return is_named ? named->second : "cuda:0";
  }
  // The decoder has no kernel of its own in the catalogue: it takes the device as a parameter. A parameter of that name
  // of a workload that somebody brings is his own business.
  return workload.name == "llama" && is_named ? std::optional(named->second) : std::nullopt;
}

InjectorFactory injectors_for(const WorkloadRequest& workload) {
  const auto name = injected_gpu(workload);
  if (!name) {
    return start_injector;
  }
  const Reading<GpuDevice> device = open_gpu(gpu_index_from(*name));
  if (!device) {
    throw GpuUnsupported(no_gpu_line(device.reason()));
  }
  return gpu_injectors(*device);
}

}  // namespace assay
