#include "harness/run_queue_account.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <ctime>

namespace assay {

KernelRunQueueMeter::KernelRunQueueMeter() : descriptor_(open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {}

KernelRunQueueMeter::~KernelRunQueueMeter() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

std::optional<RunQueueAccount> KernelRunQueueMeter::read() noexcept {
  std::array<char, 96> text{};  // "on_cpu waited slices\n"
  const ssize_t size = descriptor_ < 0 ? -1 : pread(descriptor_, text.data(), text.size(), 0);
  if (size <= 0) {
    return std::nullopt;
  }
  const char* const end = text.data() + size;
  std::int64_t on_cpu = 0;
  std::int64_t waited = 0;
  const auto first = std::from_chars(text.data(), end, on_cpu);
  if (first.ec != std::errc() || first.ptr == end) {
    return std::nullopt;
  }
  if (std::from_chars(first.ptr + 1, end, waited).ec != std::errc()) {
    return std::nullopt;
  }
  // schedstat brings the thread's own time up to date only at a tick or a switch; this clock does when it is read.
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return RunQueueAccount{.on_cpu = std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec},
                         .waited = Nanoseconds{waited},
                         .involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw),
                         .minor_faults = static_cast<std::uint64_t>(usage.ru_minflt),
                         .major_faults = static_cast<std::uint64_t>(usage.ru_majflt),
                         .cpu = sched_getcpu()};
}

}  // namespace assay
