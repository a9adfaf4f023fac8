#include <cstring>
#include <vector>

#include "kernels/cuda/cuda_call.cuh"
#include "kernels/cuda/device.hpp"
#include "kernels/cuda/work.hpp"
#ifdef ASSAY_CUDA_LLM
#include "kernels/cuda/llm/llm_extension.hpp"
#endif

struct AssayGpuWork {
  std::int32_t device;
  std::unique_ptr<assay::cuda::Work> work;
};

namespace assay::cuda {
namespace {

/// Calls action(work) with its device current.
template <class Action>
int32_t with_work(AssayGpuWork* handle, AssayGpuStatus* status, const Action& action) noexcept {
  return guarded(status, [&] {
    const CurrentDevice current(handle->device);
    action(*handle->work);
  });
}

int32_t get_device_count(int32_t* count, AssayGpuStatus* status) {
  return guarded(status, [&] { *count = device_count(); });
}

int32_t get_device_facts(int32_t device, AssayGpuFacts* facts, AssayGpuStatus* status) {
  return guarded(status, [&] { *facts = device_facts(device); });
}

int32_t work_open(int32_t device, const char* name, const AssayGpuSetting* settings, size_t setting_count,
                  AssayGpuWork** work, AssayGpuStatus* status) {
  return guarded(status, [&] {
    *work = nullptr;
    static_cast<void>(device_facts(device));  // there is such a device
    Settings by_name;
    for (std::size_t i = 0; i < setting_count; ++i) {
      by_name[settings[i].name] = settings[i].value;
    }
    const CurrentDevice current(device);
    *work = new AssayGpuWork{device, make_work(device, name, by_name)};
  });
}

int32_t work_shape(AssayGpuWork* work, AssayGpuShape* shape, AssayGpuStatus* status) {
  return with_work(work, status, [&](Work& real) { *shape = real.shape(); });
}

int32_t work_settings(AssayGpuWork* work, AssayGpuFactSink sink, void* context, AssayGpuStatus* status) {
  return with_work(work, status, [&](Work& real) {
    for (const auto& [name, value] : real.settings()) {
      sink(context, name.c_str(), value.c_str());
    }
  });
}

int32_t work_prepare(AssayGpuWork* work, uint64_t seed, AssayGpuStatus* status) {
  return with_work(work, status, [&](Work& real) { real.prepare(seed); });
}

int32_t work_run(AssayGpuWork* work, const uint32_t* samples, size_t count, AssayGpuStatus* status) {
  return with_work(work, status, [&](Work& real) { real.run({samples, count}); });
}

int32_t work_repeat(AssayGpuWork* work, uint64_t steps, AssayGpuTiming* timing, AssayGpuStatus* status) {
  return with_work(work, status, [&](Work& real) { *timing = real.repeat(steps); });
}

int32_t work_probe(AssayGpuWork* work, float* values, AssayGpuStatus* status) {
  return with_work(work, status, [&](Work& real) {
    real.probe(std::span<float, ASSAY_GPU_PROBE_VALUES>(values, ASSAY_GPU_PROBE_VALUES));
  });
}

int32_t work_reference(AssayGpuWork* work, uint32_t sample, float* values, AssayGpuStatus* status) {
  return with_work(work, status, [&](Work& real) {
    real.reference(sample, std::span<float, ASSAY_GPU_PROBE_VALUES>(values, ASSAY_GPU_PROBE_VALUES));
  });
}

int32_t work_verify(AssayGpuWork* work, AssayGpuCheck* check, AssayGpuStatus* status) {
  return with_work(work, status, [&](Work& real) { *check = real.verify(); });
}

void work_close(AssayGpuWork* work) {
  if (work == nullptr) {
    return;
  }
  AssayGpuStatus ignored;
  static_cast<void>(guarded(&ignored, [&] {
    const CurrentDevice current(work->device);
    work->work.reset();
  }));
  delete work;
}

const void* extension(const char* name, uint32_t version) {
#ifdef ASSAY_CUDA_LLM
  if (std::strcmp(name, "llama") == 0) {
    return llm_extension(version);
  }
#endif
  static_cast<void>(name);
  static_cast<void>(version);
  return nullptr;
}

int32_t release_device(int32_t device, AssayGpuStatus* status) {
  return guarded(status, [&] {
    ASSAY_CUDA(cudaSetDevice(device));
    ASSAY_CUDA(cudaDeviceReset());  // of this process alone: its context goes, the card and its other users stay
  });
}

constexpr AssayGpuPlugin kPlugin{ASSAY_GPU_INTERFACE_VERSION,
                                 sizeof(AssayGpuPlugin),
                                 "CUDA toolkit " ASSAY_CUDA_TOOLKIT,
                                 0,
                                 get_device_count,
                                 get_device_facts,
                                 work_open,
                                 work_shape,
                                 work_settings,
                                 work_prepare,
                                 work_run,
                                 work_repeat,
                                 work_probe,
                                 work_reference,
                                 work_verify,
                                 work_close,
                                 extension,
                                 release_device};

}  // namespace
}  // namespace assay::cuda

extern "C" __attribute__((visibility("default"))) const AssayGpuPlugin* assay_gpu_plugin(void) {
  return &assay::cuda::kPlugin;
}
