#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cuda/device.hpp"
#include "kernels/cuda/timed_work.cuh"

namespace assay::cuda {

TimedWork::TimedWork(std::int32_t device) : facts_(device_facts(device)) {}

void TimedWork::prepare(std::uint64_t seed) {
  seed_ = seed;
  on_device_ = std::make_unique<OnDevice>();
  fill(seed);
  wait();
  launch(0);
  wait();
}

void TimedWork::require(std::uint32_t sample) const {
  if (on_device_ == nullptr) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT, "the work is not prepared");
  }
  if (sample >= samples()) {
    throw GpuError(ASSAY_GPU_BAD_ARGUMENT,
                   "there is no sample " + std::to_string(sample) + ": the work has " + std::to_string(samples()));
  }
}

void TimedWork::run(std::span<const std::uint32_t> samples_wanted) {
  for (const std::uint32_t sample : samples_wanted) {
    require(sample);
    launch(sample);
  }
  wait();
}

AssayGpuTiming TimedWork::repeat(std::uint64_t steps) {
  require(0);
  return timer().time(stream(), steps, steps * launches_of_step(), [&] {
    for (std::uint64_t i = 0; i < steps; ++i) {
      launch(static_cast<std::uint32_t>(next_step_ % samples()));
      ++next_step_;
    }
  });
}

std::uint64_t probe_place(std::size_t index, std::uint64_t size) {
  // In two parts, so that no size overflows.
  const std::uint64_t last = size - 1;
  constexpr std::uint64_t kGaps = ASSAY_GPU_PROBE_VALUES - 1;
  return (last / kGaps) * index + (last % kGaps) * index / kGaps;
}

double relative_error(double value, double expected, double scale) {
  const double error = std::abs(value - expected) / std::max(std::abs(expected), scale);
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

}  // namespace assay::cuda
