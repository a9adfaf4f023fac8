#include "tests/kernels/fake_gpu.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

namespace assay {
namespace {

/// What a handle stands for.
struct FakeWork {
  std::string name;
  std::map<std::string, std::string> settings;
  bool prepared = false;
  std::uint32_t last_sample = 0;

  [[nodiscard]] std::string setting(const std::string& key) const {
    const auto found = settings.find(key);
    return found == settings.end() ? std::string{} : found->second;
  }
};

FakeWork* real(AssayGpuWork* handle) { return reinterpret_cast<FakeWork*>(handle); }

constexpr double kBytesPerSecond = 3e12;
constexpr double kFlopsPerSecond = 5e14;
constexpr double kStepSeconds = 1e-6;
constexpr std::int32_t kClockKhz = 1'500'000;

std::atomic<int> open_works{0};

std::int32_t answer(AssayGpuStatus* status, AssayGpuCode code, const std::string& text = {}) {
  status->code = code;
  std::snprintf(static_cast<char*>(status->message), sizeof status->message, "%s", text.c_str());
  return code;
}

std::int32_t answer_of(const FakeWork* work, const char* call, AssayGpuStatus* status) {
  return work->setting("fail") == call ? answer(status, ASSAY_GPU_FAILED, std::string(call) + ": told to fail")
                                       : answer(status, ASSAY_GPU_OK);
}

std::int32_t device_count(std::int32_t* count, AssayGpuStatus* status) {
  *count = 1;
  return answer(status, ASSAY_GPU_OK);
}

std::int32_t no_device_count(std::int32_t* /*count*/, AssayGpuStatus* status) {
  return answer(status, ASSAY_GPU_NO_DEVICE, "cudaGetDeviceCount: no driver");
}

std::int32_t device_facts(std::int32_t device, AssayGpuFacts* facts, AssayGpuStatus* status) {
  if (device != 0) {
    return answer(status, ASSAY_GPU_NO_DEVICE, "there is no such device");
  }
  *facts = {};
  std::snprintf(static_cast<char*>(facts->name), sizeof facts->name, "%s", "NVIDIA H200");
  std::snprintf(static_cast<char*>(facts->uuid), sizeof facts->uuid, "%s", "GPU-0");
  std::snprintf(static_cast<char*>(facts->compiled_for), sizeof facts->compiled_for, "%s", "nothing: simulated");
  facts->compute_major = 9;
  facts->driver_version = facts->runtime_version = 13000;
  facts->multiprocessors = 132;
  facts->clock_khz = kClockKhz;
  facts->memory_bytes = facts->free_bytes = std::uint64_t{80} << 30U;
  facts->l2_bytes = std::uint64_t{50} << 20U;
  return answer(status, ASSAY_GPU_OK);
}

std::int32_t work_open(std::int32_t device, const char* name, const AssayGpuSetting* settings, std::size_t count,
                       AssayGpuWork** work, AssayGpuStatus* status) {
  *work = nullptr;
  if (device != 0) {
    return answer(status, ASSAY_GPU_NO_DEVICE, "there is no such device");
  }
  auto made = std::make_unique<FakeWork>();
  made->name = name;
  for (std::size_t i = 0; i < count; ++i) {
    made->settings[settings[i].name] = settings[i].value;
  }
  if (made->setting("n") == "odd") {
    return answer(status, ASSAY_GPU_BAD_ARGUMENT, made->name + ": n=odd: expected a multiple of 16");
  }
  if (made->setting("dtype") == "f8") {
    return answer(status, ASSAY_GPU_UNSUPPORTED, "this card has no f8");
  }
  if (const std::int32_t code = answer_of(made.get(), "open", status); code != ASSAY_GPU_OK) {
    return code;
  }
  ++open_works;
  *work = reinterpret_cast<AssayGpuWork*>(made.release());
  return ASSAY_GPU_OK;
}

bool moves_bytes(const FakeWork* work) { return work->name == "stream" || work->name == "transfer"; }
bool computes(const FakeWork* work) { return work->name == "gemm" || work->name == "fma"; }

std::int32_t work_shape(AssayGpuWork* handle, AssayGpuShape* shape, AssayGpuStatus* status) {
  FakeWork* const work = real(handle);
  constexpr std::uint64_t kBytes = 3'000'000'000;
  *shape = {};
  shape->unit = computes(work) || moves_bytes(work)
                    ? (work->setting("dtype") == "i8" ? ASSAY_GPU_INTEGER_OPERATION : ASSAY_GPU_FLOP)
                    : ASSAY_GPU_ACCESS;
  shape->work = shape->step_work = computes(work) ? kFlopsPerSecond * 1e-3 : moves_bytes(work) ? 0.0 : 1.0;
  shape->traffic_bytes = shape->step_traffic_bytes = moves_bytes(work) ? kBytes : 1000;
  shape->memory_bytes = kBytes;
  shape->samples = 2;
  shape->tolerance = 1e-6;
  shape->output_scale = 1.0;
  shape->uses_host_memory = work->name == "transfer" ? 1 : 0;
  return answer(status, ASSAY_GPU_OK);
}

std::int32_t work_settings(AssayGpuWork* handle, AssayGpuFactSink sink, void* context, AssayGpuStatus* status) {
  FakeWork* const work = real(handle);
  for (const auto& [name, value] : work->settings) {
    sink(context, name.c_str(), value.c_str());
  }
  if (work->prepared) {
    sink(context, "fact:algorithm", "the only one");
  }
  return answer(status, ASSAY_GPU_OK);
}

std::int32_t work_prepare(AssayGpuWork* handle, std::uint64_t /*seed*/, AssayGpuStatus* status) {
  FakeWork* const work = real(handle);
  work->prepared = true;
  return answer_of(work, "prepare", status);
}

std::int32_t work_run(AssayGpuWork* handle, const std::uint32_t* samples, std::size_t count, AssayGpuStatus* status) {
  FakeWork* const work = real(handle);
  work->last_sample = count == 0 ? 0 : samples[count - 1];
  return answer_of(work, "run", status);
}

std::int32_t work_repeat(AssayGpuWork* handle, std::uint64_t steps, AssayGpuTiming* timing, AssayGpuStatus* status) {
  FakeWork* const work = real(handle);
  AssayGpuShape shape{};
  static_cast<void>(work_shape(handle, &shape, status));
  const double step = computes(work)      ? shape.step_work / kFlopsPerSecond
                      : moves_bytes(work) ? static_cast<double>(shape.step_traffic_bytes) / kBytesPerSecond
                                          : kStepSeconds;
  timing->steps = steps;
  timing->device_s = step * static_cast<double>(steps);
  timing->host_s = timing->device_s;
  const double share = work->setting("clock") == "idle" ? 0.2 : 1.0;
  timing->sm_clock_hz = timing->device_s > 1e-4 ? share * 1e3 * kClockKhz : 0.0;
  return answer_of(work, "repeat", status);
}

std::int32_t work_probe(AssayGpuWork* handle, float* values, AssayGpuStatus* status) {
  FakeWork* const work = real(handle);
  const float wrong = work->setting("wrong").empty() ? 0.0F : 0.5F;
  for (int i = 0; i < ASSAY_GPU_PROBE_VALUES; ++i) {
    values[i] = static_cast<float>(i) + static_cast<float>(work->last_sample) + wrong;
  }
  return answer_of(work, "probe", status);
}

std::int32_t work_reference(AssayGpuWork* /*work*/, std::uint32_t sample, float* values, AssayGpuStatus* status) {
  for (int i = 0; i < ASSAY_GPU_PROBE_VALUES; ++i) {
    values[i] = static_cast<float>(i) + static_cast<float>(sample);
  }
  return answer(status, ASSAY_GPU_OK);
}

std::int32_t work_verify(AssayGpuWork* handle, AssayGpuCheck* check, AssayGpuStatus* status) {
  FakeWork* const work = real(handle);
  *check = {};
  check->compared = 8;
  check->passed = work->setting("wrong").empty() ? 1 : 0;
  check->tolerance = 1e-6;
  if (check->passed == 0) {
    check->worst_relative_error = 0.5;
    std::snprintf(static_cast<char*>(check->detail), sizeof check->detail, "8 of 8 values are wrong");
  }
  return answer_of(work, "verify", status);
}

void work_close(AssayGpuWork* handle) {
  FakeWork* const work = real(handle);
  open_works -= work != nullptr ? 1 : 0;
  delete work;
}

const void* extension(const char* /*name*/, std::uint32_t /*version*/) { return nullptr; }

std::int32_t release_device(std::int32_t /*device*/, AssayGpuStatus* status) {
  return open_works == 0 ? answer(status, ASSAY_GPU_OK) : answer(status, ASSAY_GPU_FAILED, "works are open");
}

constexpr AssayGpuPlugin kPlugin{ASSAY_GPU_INTERFACE_VERSION,
                                 sizeof(AssayGpuPlugin),
                                 "a test's own",
                                 1,
                                 device_count,
                                 device_facts,
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

const AssayGpuPlugin* fake_gpu_plugin() { return &kPlugin; }

const AssayGpuPlugin* fake_plugin_without_driver() {
  static const AssayGpuPlugin plugin = [] {
    AssayGpuPlugin table = kPlugin;
    table.device_count = no_device_count;
    return table;
  }();
  return &plugin;
}

const AssayGpuPlugin* fake_plugin_of_other_version() {
  static const AssayGpuPlugin plugin = [] {
    AssayGpuPlugin table = kPlugin;
    table.interface_version += 1;
    return table;
  }();
  return &plugin;
}

int open_fake_works() { return open_works.load(); }

}  // namespace assay

// The library that program tests name in ASSAY_CUDA_PLUGIN.
extern "C" const AssayGpuPlugin* assay_gpu_plugin() { return assay::fake_gpu_plugin(); }
