#include "harness/thread_meter.hpp"

#include <sys/resource.h>

#include <ctime>

namespace assay {

ThreadUse KernelThreadMeter::read() const noexcept {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return {.cpu_time = std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec},
          .involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw)};
}

}  // namespace assay
