#pragma once

#include <cstdint>

#include "harness/time.hpp"

namespace assay {

/// What a thread has used since it began.
struct ThreadUse {
  Nanoseconds cpu_time{0};                 ///< CLOCK_THREAD_CPUTIME_ID; counts only while the thread runs
  std::uint64_t involuntary_switches = 0;  ///< something else was put in its place (getrusage, ru_nivcsw)
};

/// Where the use of the calling thread is read; a test hands in another.
class ThreadMeter {
 public:
  ThreadMeter() = default;
  ThreadMeter(const ThreadMeter&) = delete;
  ThreadMeter& operator=(const ThreadMeter&) = delete;
  virtual ~ThreadMeter() = default;
  [[nodiscard]] virtual ThreadUse read() const noexcept = 0;
};

/// The kernel's own account of the calling thread.
class KernelThreadMeter final : public ThreadMeter {
 public:
  [[nodiscard]] ThreadUse read() const noexcept override;
};

}  // namespace assay
