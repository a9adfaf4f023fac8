#include "lab/device_flag.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

#include "kernels/gpu/gpu_catalogue.hpp"
#include "kernels/gpu/gpu_device.hpp"
#include "lab/command_error.hpp"

namespace assay {

namespace {

constexpr std::string_view kDevice = "device";

/// The decoder has no kernel of its own in the catalogue: it takes the device as a parameter.
bool is_decoder(std::string_view workload) { return workload == "llama"; }

}  // namespace

void require_gpu(std::int32_t index) {
  if (const std::string absence = gpu_absence(index); !absence.empty()) {
    throw CommandError(ExitCode::environment_refused, no_gpu_line(absence));
  }
}

bool works_on_gpu(const RunRequest& request) {
  const KernelEntry* const kernel = find_gpu_kernel(request.workload.name);
  return kernel != nullptr && kernel->name == request.workload.name;
}

void let_go_of_device(const RunRequest& request) {
  const auto device = request.workload.parameters.find("device");
  if (works_on_gpu(request) && device != request.workload.parameters.end()) {
    release_gpu(gpu_index_from(device->second));
  }
}

void read_device(FlagReader& flags, RunRequest& request) {
  WorkloadRequest& workload = request.workload;
  std::string device = "cpu";
  flags.with(kDevice, [&](const std::string& text) { device = text; });
  const KernelEntry* const kernel = find_gpu_kernel(workload.name);
  const bool named_gpu = kernel != nullptr && kernel->name == workload.name;
  if (device == "cpu") {
    if (named_gpu && !flags.options().value(kDevice)) {
      device = workload.parameters.contains("device") ? workload.parameters.at("device") : "cuda:0";
    } else if (named_gpu) {
      flags.problem(
          fmt::format("--device cpu: workload {} is a GPU's; leave the flag out or say cuda:0", workload.name));
      return;
    } else {
      return;
    }
  }
  std::int32_t index = 0;
  try {
    index = gpu_index_from(device);
  } catch (const std::invalid_argument& error) {
    flags.problem(fmt::format("--device {}", error.what()));
    return;
  }
  if (kernel == nullptr && !is_decoder(workload.name)) {
    flags.problem(fmt::format("--device {}: workload {} has no code for a GPU; those that do are {} and llama", device,
                              workload.name, gpu_kernel_names()));
    return;
  }
  require_gpu(index);
  workload.parameters["device"] = device;
  // A second worker would share the card with the first and measure the two of them; the decoder has one engine.
  request.worker_threads = request.worker_threads == 0 ? 1 : request.worker_threads;
  if (kernel != nullptr) {
    workload.name = kernel->name;
  }
}

}  // namespace assay
