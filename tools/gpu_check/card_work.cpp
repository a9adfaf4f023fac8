#include "tools/gpu_check/card_work.hpp"

#include <time.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace assay::gpu_check {
namespace {

void require_ok(std::int32_t code, const AssayGpuStatus& status) {
  if (code != ASSAY_GPU_OK) {
    throw std::runtime_error(static_cast<const char*>(status.message));
  }
}

}  // namespace

double now_s() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

CardWork::CardWork(const AssayGpuPlugin& table, std::int32_t device, const std::string& name,
                   const WorkSettings& settings)
    : table_(table) {
  std::vector<AssayGpuSetting> given;
  given.reserve(settings.size());
  for (const auto& [key, value] : settings) {
    given.push_back({key.c_str(), value.c_str()});
  }
  AssayGpuStatus status{};
  require_ok(table.work_open(device, name.c_str(), given.data(), given.size(), &work_, &status), status);
  try {
    require_ok(table.work_shape(work_, &shape_, &status), status);
    constexpr std::uint64_t kSeed = 1;
    require_ok(table.work_prepare(work_, kSeed, &status), status);
    const auto take = [](void* context, const char* key, const char* value) {
      (*static_cast<WorkSettings*>(context))[key] = value;
    };
    require_ok(table.work_settings(work_, take, &settings_, &status), status);
  } catch (...) {
    table_.work_close(work_);
    throw;
  }
}

CardWork::~CardWork() { table_.work_close(work_); }

std::string CardWork::verify() {
  AssayGpuStatus status{};
  AssayGpuCheck check{};
  require_ok(table_.work_verify(work_, &check, &status), status);
  worst_error_ = check.worst_relative_error;
  bound_ = check.tolerance;
  if (check.passed == 0 || check.compared == 0) {
    return check.compared == 0 ? "nothing was compared" : std::string(static_cast<const char*>(check.detail));
  }
  const std::uint32_t last = static_cast<std::uint32_t>(shape_.samples - 1);
  require_ok(table_.work_run(work_, &last, 1, &status), status);
  std::array<float, ASSAY_GPU_PROBE_VALUES> found{};
  std::array<float, ASSAY_GPU_PROBE_VALUES> expected{};
  require_ok(table_.work_probe(work_, found.data(), &status), status);
  require_ok(table_.work_reference(work_, last, expected.data(), &status), status);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double right = static_cast<double>(expected[i]);
    const double error =
        std::abs(static_cast<double>(found[i]) - right) / std::max(std::abs(right), shape_.output_scale);
    if (!(error <= shape_.tolerance)) {
      std::array<char, 160> text{};
      static_cast<void>(std::snprintf(text.data(), text.size(),
                                      "probe %zu of sample %u is %.9g, the host computes %.9g (bound %.2g)", i, last,
                                      static_cast<double>(found[i]), right, shape_.tolerance));
      return text.data();
    }
  }
  return {};
}

AssayGpuTiming CardWork::repeat(std::uint64_t steps) {
  AssayGpuStatus status{};
  AssayGpuTiming timing{};
  require_ok(table_.work_repeat(work_, steps, &timing, &status), status);
  return timing;
}

CardSamples sample(CardWork& work, double seconds, double sample_s, std::size_t fewest) {
  CardSamples samples;
  // Twice as many until a sample is long enough: the first ones also wake the card.
  for (;;) {
    const double took = work.repeat(samples.steps).device_s;
    if (took >= 0.6 * sample_s || samples.steps >= (std::uint64_t{1} << 40U)) {
      break;
    }
    const double factor = took > 0.0 ? std::clamp(sample_s / took, 2.0, 16.0) : 16.0;
    samples.steps = static_cast<std::uint64_t>(std::ceil(static_cast<double>(samples.steps) * factor));
  }
  const double begin = now_s();
  while (samples.seconds_per_step.size() < fewest || now_s() - begin < seconds) {
    const AssayGpuTiming timing = work.repeat(samples.steps);
    samples.seconds_per_step.push_back(timing.device_s / static_cast<double>(samples.steps));
    if (timing.sm_clock_hz > 0.0) {
      samples.sm_clock_hz.push_back(timing.sm_clock_hz);
    }
  }
  return samples;
}

}  // namespace assay::gpu_check
