#include "scenarios/interference/gpu_load.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/gpu/gpu_catalogue.hpp"

namespace assay {

namespace {

constexpr double kPieceSeconds = 0.5e-3;  // finer than what a victim's query takes, coarser than a launch
constexpr std::uint64_t kCopyBytes = std::uint64_t{8}
                                     << 20U;  // each way: 0.2 to 0.7 ms of PCIe 3 to 5, so about a piece

std::unique_ptr<GpuKernel> kernel_of(const GpuDevice& device, Knob knob) {
  switch (knob) {
    case Knob::memory: {
      // Long beyond the L2 cache, short enough to be many to a millisecond's worth of rate.
      const std::uint64_t size = 4 * device.facts.l2_bytes;
      return make_gpu_kernel(device, "gpu_stream", {{"mix", "copy"}, {"size", std::to_string(size)}});
    }
    case Knob::pcie:
      return make_gpu_kernel(device, "gpu_transfer", {{"direction", "both"}, {"size", std::to_string(kCopyBytes)}});
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

bool moves_bytes(Knob knob) { return knob == Knob::memory || knob == Knob::pcie; }

/// Copies of a piece: those of about a millisecond at that rate. A piece has kernels of its own, which read the card's
/// clock, and a wait, so that at full rate it has to be long beside them.
std::uint64_t copies_for(double bytes_per_s, std::uint64_t bytes_of_copy) {
  constexpr double kSeconds = 1e-3;
  constexpr double kMost = 16.0;
  return static_cast<std::uint64_t>(
      std::llround(std::clamp(bytes_per_s * kSeconds / static_cast<double>(bytes_of_copy), 1.0, kMost)));
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
    case Knob::pcie:
      return {.knob = knob, .amount = *request.pcie_bytes_per_s};
    case Knob::memory:
      break;
  }
  return {.knob = knob, .amount = *request.memory_bytes_per_s};
}

double wait_for_dose(double amount, double elapsed_s, double done) {
  return std::isfinite(amount) && amount > 0.0 ? std::max(0.0, done / amount - elapsed_s) : 0.0;
}

GpuLoad::GpuLoad(const GpuDevice& device, const GpuDose& dose, std::uint64_t seed)
    : dose_(dose), random_(seed), kernel_(kernel_of(device, dose.knob)) {
  kernel_->prepare(seed);
  const double piece_s = dose.knob == Knob::noise ? seconds(dose.length) : kPieceSeconds;
  steps_of_piece_ = moves_bytes(dose.knob) ? copies_for(dose.amount, kernel_->repeat_step().traffic.count)
                    : dose.knob == Knob::ctxsw
                        ? std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(dose.amount * 1e-3)))
                        : steps_for(*kernel_, piece_s);
}

double GpuLoad::done() const {
  switch (dose_.knob) {
    case Knob::memory:
    case Knob::pcie:
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

void GpuLoad::inject(const std::function<bool()>& should_stop, const std::function<void(const InjectorUse&)>& note) {
  const Instant begin = clock_.now();
  Instant burst = begin;
  while (!should_stop()) {
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
    note(do_piece());
    if (dose_.knob == Knob::noise) {
      burst = burst + Nanoseconds{std::llround(1e9 * random_.exponential() / dose_.amount)};
    }
  }
}

InjectorUse GpuLoad::do_piece() {
  const GpuStretch stretch = kernel_->timed_repeat(steps_of_piece_);
  const InjectorUse piece{
      .cpu_time = Nanoseconds{std::llround(1e9 * stretch.device_s)},
      .waited = std::nullopt,
      .voluntary_switches = steps_of_piece_,
      .events = 1,
      .bytes = moves_bytes(dose_.knob) ? steps_of_piece_ * kernel_->repeat_step().traffic.count : 0};
  use_ += piece;
  return piece;
}

}  // namespace assay
