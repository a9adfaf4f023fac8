#include "scenarios/interference/gpu_injector.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "harness/thread_affinity.hpp"
#include "harness/thread_placement.hpp"
#include "kernels/gpu/gpu_catalogue.hpp"
#include "scenarios/gpu_run_witness.hpp"
#include "scenarios/workload.hpp"

namespace assay {

namespace {

constexpr double kPieceSeconds = 0.5e-3;  // finer than what a victim's query takes, coarser than a launch
constexpr std::size_t kMostLengths = std::size_t{1} << 16U;

std::unique_ptr<GpuKernel> kernel_of(const GpuDevice& device, Knob knob) {
  switch (knob) {
    case Knob::memory: {
      // Long beyond the L2 cache, short enough to be many to a millisecond's worth of rate.
      const std::uint64_t size = 4 * device.facts.l2_bytes;
      return make_gpu_kernel(device, "gpu_stream", {{"mix", "copy"}, {"size", std::to_string(size)}});
    }
    case Knob::ctxsw:
      return make_gpu_kernel(device, "gpu_launch", {});
    case Knob::noise:
    case Knob::background:
      break;
  }
  return make_gpu_kernel(device, "gpu_fma", {{"dtype", "f32"}, {"iterations", "512"}});
}

/// Steps that take about `seconds` on an idle card.
std::uint64_t steps_for(GpuKernel& kernel, double seconds) {
  constexpr std::uint64_t kTried = 16;
  const double step = kernel.timed_repeat(kTried).device_s / kTried;
  return step > 0.0 ? std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(seconds / step))) : kTried;
}

}  // namespace

GpuDose gpu_dose_of(Knob knob, const InterferenceRequest& request) {
  switch (knob) {
    case Knob::noise:
      return {.knob = knob, .amount = request.noise->rate_per_s, .length = request.noise->length};
    case Knob::background:
      return {.knob = knob, .amount = *request.background_share};
    case Knob::ctxsw:
      return {.knob = knob, .amount = *request.switches_per_s};
    case Knob::memory:
      break;
  }
  return {.knob = knob, .amount = *request.memory_bytes_per_s};
}

double wait_for_dose(double amount, double elapsed_s, double done) {
  return std::isfinite(amount) && amount > 0.0 ? std::max(0.0, done / amount - elapsed_s) : 0.0;
}

GpuInjector::GpuInjector(const GpuDevice& device, const GpuDose& dose, int cpu, std::uint64_t seed)
    : device_(device), dose_(dose), cpu_(cpu), random_(seed), kernel_(kernel_of(device, dose.knob)) {
  kernel_->prepare(seed);
  const double piece_s = dose.knob == Knob::noise ? seconds(dose.length) : kPieceSeconds;
  steps_of_piece_ = dose.knob == Knob::memory ? 1
                    : dose.knob == Knob::ctxsw
                        ? std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(dose.amount * 1e-3)))
                        : steps_for(*kernel_, piece_s);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    try {
      pin_this_thread(cpu_);
      inject(stop);
    } catch (const std::exception&) {
      const std::lock_guard lock(mutex_);
      gone_ = true;  // the dose then says that it was not delivered
    }
  });
}

GpuInjector::~GpuInjector() = default;

double GpuInjector::done() const {
  const std::lock_guard lock(mutex_);
  switch (dose_.knob) {
    case Knob::memory:
      return static_cast<double>(use_.bytes);
    case Knob::ctxsw:
      return static_cast<double>(use_.voluntary_switches);
    case Knob::noise:
      return static_cast<double>(use_.events);
    case Knob::background:
      break;
  }
  return seconds(use_.cpu_time);
}

void GpuInjector::inject(const std::stop_token& stop) {
  const Instant begin = clock_.now();
  Instant burst = begin;
  while (!stop.stop_requested()) {
    constexpr double kLongestSleep = 0.02;  // so that it ends soon after it is told
    double wait_s = 0.0;
    if (dose_.knob == Knob::noise) {
      wait_s = seconds(burst - clock_.now());
    } else {
      wait_s = wait_for_dose(dose_.amount, seconds(clock_.now() - begin), done());
    }
    if (wait_s > 0.0) {
      const double nanoseconds = 1e9 * std::min(wait_s, kLongestSleep);
      clock_.wait_until(clock_.now() + Nanoseconds{std::llround(nanoseconds)});
      continue;
    }
    do_piece();
    if (dose_.knob == Knob::noise) {
      burst = burst + Nanoseconds{std::llround(1e9 * random_.exponential() / dose_.amount)};
    }
  }
}

void GpuInjector::do_piece() {
  const GpuStretch stretch = kernel_->timed_repeat(steps_of_piece_);
  const auto length = Nanoseconds{std::llround(1e9 * stretch.device_s)};
  const std::lock_guard lock(mutex_);
  use_.cpu_time += length;
  use_.voluntary_switches += steps_of_piece_;
  use_.events += 1;
  use_.bytes += dose_.knob == Knob::memory ? steps_of_piece_ * kernel_->repeat_step().traffic.count : 0;
  if (lengths_.size() < kMostLengths) {
    lengths_.push_back(length);
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
    int cpu = order.cpu;
    for (const int allowed : cpus_of_this_thread()) {
      cpu = allowed != order.cpu ? allowed : cpu;
    }
    return std::make_unique<GpuInjector>(device, gpu_dose_of(order.knob, request), cpu, order.seed);
  };
}

InjectorFactory injectors_for(const WorkloadRequest& workload) {
  const auto device = gpu_device_of(workload.name, workload.parameters);
  return device ? gpu_injectors(*device) : InjectorFactory(start_injector);
}

}  // namespace assay
