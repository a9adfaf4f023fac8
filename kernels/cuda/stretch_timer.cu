
#include <algorithm>
#include <atomic>
#include <vector>

#include "kernels/cuda/stretch_timer.cuh"
#include "kernels/cuda/host_clock.hpp"

namespace assay::cuda {
namespace {

constexpr unsigned long long kGateNanoseconds = 100'000'000;

__device__ unsigned long long global_nanoseconds() {
  unsigned long long now = 0;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
}

__global__ void hold_stream(const volatile unsigned* gate) {
  const unsigned long long begin = global_nanoseconds();
  while (*gate == 0 && global_nanoseconds() - begin < kGateNanoseconds) {
  }
}

/// Several blocks of one multiprocessor write the same place: whichever is last, its pair belongs together, since one
/// 16-byte store writes it.
__global__ void read_clocks(ulonglong2* stamps, unsigned multiprocessors) {
  unsigned here = 0;
  asm volatile("mov.u32 %0, %%smid;" : "=r"(here));
  if (threadIdx.x == 0 && here < multiprocessors) {
    // The timer ticks in steps of up to a microsecond: the pair is taken right at a step.
    const unsigned long long before = global_nanoseconds();
    unsigned long long now = before;
    for (int i = 0; i < 4096 && now == before; ++i) {
      now = global_nanoseconds();
    }
    const auto cycles = static_cast<unsigned long long>(clock64());
    stamps[here] = make_ulonglong2(now, cycles);
  }
}

}  // namespace

StretchTimer::StretchTimer() : gate_(sizeof(unsigned), cudaHostAllocMapped) {
  int device = 0;
  ASSAY_CUDA(cudaGetDevice(&device));
  ASSAY_CUDA(cudaDeviceGetAttribute(&multiprocessors_, cudaDevAttrMultiProcessorCount, device));
  stamps_ = DeviceMemory(2 * sizeof(Stamp) * static_cast<std::size_t>(multiprocessors_));
  // Both kernels are loaded now: loading one while the other holds the stream could wait for ever.
  cudaFuncAttributes attributes{};
  ASSAY_CUDA(cudaFuncGetAttributes(&attributes, hold_stream));
  ASSAY_CUDA(cudaFuncGetAttributes(&attributes, read_clocks));
}

void StretchTimer::stamp(cudaStream_t stream, Stamp* target) {
  static_assert(sizeof(Stamp) == sizeof(ulonglong2));
  read_clocks<<<static_cast<unsigned>(2 * multiprocessors_), 32, 0, stream>>>(reinterpret_cast<ulonglong2*>(target),
                                                                              static_cast<unsigned>(multiprocessors_));
  check_launch("read_clocks");
}

AssayGpuTiming StretchTimer::time(cudaStream_t stream, std::uint64_t steps, std::uint64_t queued,
                                  const std::function<void()>& launches) {
  auto* const gate = gate_.as<unsigned>();
  Stamp* const stamps = stamps_.as<Stamp>();
  ASSAY_CUDA(cudaMemsetAsync(stamps_.data(), 0, stamps_.bytes(), stream));
  ASSAY_CUDA(cudaStreamSynchronize(stream));
  const bool held = queued <= kMostQueued;
  std::atomic_ref<unsigned>(*gate).store(held ? 0U : 1U, std::memory_order_release);
  unsigned* device_gate = nullptr;
  ASSAY_CUDA(cudaHostGetDevicePointer(&device_gate, gate, 0));
  const double host_begin = host_seconds();
  try {
    hold_stream<<<1, 1, 0, stream>>>(device_gate);
    check_launch("hold_stream");
    stamp(stream, stamps);
    ASSAY_CUDA(cudaEventRecord(begin_.get(), stream));
    launches();
    ASSAY_CUDA(cudaEventRecord(end_.get(), stream));
    stamp(stream, stamps + multiprocessors_);
  } catch (...) {
    std::atomic_ref<unsigned>(*gate).store(1U, std::memory_order_release);
    static_cast<void>(cudaStreamSynchronize(stream));
    throw;
  }
  const double host_queued = host_seconds();
  std::atomic_ref<unsigned>(*gate).store(1U, std::memory_order_release);
  ASSAY_CUDA(cudaEventSynchronize(end_.get()));
  const double host_end = host_seconds();
  ASSAY_CUDA(cudaStreamSynchronize(stream));
  float milliseconds = 0.0F;
  ASSAY_CUDA(cudaEventElapsedTime(&milliseconds, begin_.get(), end_.get()));
  AssayGpuTiming timing{};
  timing.device_s = 1e-3 * static_cast<double>(milliseconds);
  timing.host_s = host_end - (held ? host_queued : host_begin);
  timing.sm_clock_hz = clock_hz();
  timing.steps = steps;
  return timing;
}

double StretchTimer::clock_hz() const {
  const auto count = static_cast<std::size_t>(multiprocessors_);
  std::vector<Stamp> stamps(2 * count);
  ASSAY_CUDA(cudaMemcpy(stamps.data(), stamps_.data(), stamps_.bytes(), cudaMemcpyDeviceToHost));
  // Shorter stretches than this do not tell the clock to a percent by a timer of one microsecond.
  constexpr unsigned long long kShortest = 100'000;
  std::vector<double> clocks;
  clocks.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Stamp& before = stamps[i];
    const Stamp& after = stamps[count + i];
    if (before.nanoseconds != 0 && after.nanoseconds >= before.nanoseconds + kShortest &&
        after.cycles > before.cycles) {
      clocks.push_back(1e9 * static_cast<double>(after.cycles - before.cycles) /
                       static_cast<double>(after.nanoseconds - before.nanoseconds));
    }
  }
  if (clocks.empty()) {
    return 0.0;
  }
  const auto middle = clocks.begin() + static_cast<std::ptrdiff_t>(clocks.size() / 2);
  std::nth_element(clocks.begin(), middle, clocks.end());
  return *middle;
}

}  // namespace assay::cuda
