#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <functional>

#include "kernels/cuda/cuda_call.cuh"

namespace assay::cuda {

/// Times a stretch of launches by the card's own clock. A kernel of one thread holds the stream until everything is in
/// its queue, so that the host's pace is not in the figure (nvbench's blocking kernel); it lets go by itself after a
/// tenth of a second. Before and after the stretch every multiprocessor reads its cycle counter beside the card's
/// nanosecond timer: the clock that it really ran at, without any library of the driver.
class StretchTimer {
 public:
  StretchTimer();

  /// Calls launches() once; it may put work on `stream` and, forked from it and joined again, on others. Waits for the
  /// end. `queued` is how many launches that is: the stream is held only where they fit its queue.
  [[nodiscard]] AssayGpuTiming time(cudaStream_t stream, std::uint64_t steps, std::uint64_t queued,
                                    const std::function<void()>& launches);

  /// More launches than this are not held back: a queue takes about a thousand, and the host would wait for the very
  /// kernel that waits for the host.
  static constexpr std::uint64_t kMostQueued = 256;

 private:
  struct Stamp {
    unsigned long long nanoseconds;  ///< 0: no block ran on this multiprocessor
    unsigned long long cycles;
  };

  void stamp(cudaStream_t stream, Stamp* target);
  [[nodiscard]] double clock_hz() const;

  int multiprocessors_ = 0;
  PinnedMemory gate_;    ///< the host opens it by writing 1
  DeviceMemory stamps_;  ///< two rows, one stamp a multiprocessor
  Event begin_;
  Event end_;
};

}  // namespace assay::cuda
