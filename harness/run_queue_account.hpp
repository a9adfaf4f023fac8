#pragma once

#include <cstdint>
#include <optional>

#include "harness/time.hpp"

namespace assay {

/// What the kernel accounts for a thread, as totals since it began. Cheap enough to be read beside a query: about
/// 3 us, of which the scheduler's account is the most.
struct RunQueueAccount {
  Nanoseconds on_cpu{0};  ///< without what a hypervisor took, where the guest kernel knows it
  Nanoseconds waited{0};  ///< runnable and not on a CPU
  std::uint64_t involuntary_switches = 0;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  int cpu = -1;
};

/// Where a thread's account is read; a test hands in another.
class RunQueueMeter {
 public:
  RunQueueMeter() = default;
  RunQueueMeter(const RunQueueMeter&) = delete;
  RunQueueMeter& operator=(const RunQueueMeter&) = delete;
  virtual ~RunQueueMeter() = default;
  /// Nothing if the kernel keeps no such account (CONFIG_SCHED_INFO).
  [[nodiscard]] virtual std::optional<RunQueueAccount> read() noexcept = 0;
};

/// /proc/thread-self/schedstat and getrusage of the thread that makes the object, which only this thread may use.
class KernelRunQueueMeter final : public RunQueueMeter {
 public:
  KernelRunQueueMeter();
  ~KernelRunQueueMeter() override;
  [[nodiscard]] std::optional<RunQueueAccount> read() noexcept override;

 private:
  int descriptor_;
};

}  // namespace assay
