#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "analysis/soak_sensors.hpp"
#include "harness/core_clock_probe.hpp"
#include "harness/file_source.hpp"
#include "harness/gpu_sensors.hpp"
#include "harness/sensor_sampler.hpp"
#include "harness/steady_clock.hpp"
#include "harness/thread_meter.hpp"
#include "harness/thread_placement.hpp"
#include "scenarios/run_request.hpp"

namespace assay {

/// Watches sensors, CPU times and the clock of cores from a thread of its own, from begin() to end().
class MachineWatch {
 public:
  struct Options {
    Nanoseconds period = std::chrono::seconds{1};
    Nanoseconds longest = std::chrono::hours{2};  ///< room for so long is taken at the start
    std::vector<int> probe_cpus;                  ///< cores whose clock is probed
    std::vector<int> home_cpus;                   ///< where the thread stays between probes; empty: anywhere
  };

  /// Finds the sensors. Opening a GPU's driver can take seconds.
  explicit MachineWatch(Options options);

  /// True if any sensor counts energy or tells power: then idle power is worth a look.
  [[nodiscard]] bool has_power() const;

  void begin();

  /// Ends the thread and hands over what it took since begin().
  [[nodiscard]] WatchedSeries end();

 private:
  Options options_;
  SystemFiles files_;
  SteadyClock clock_{
      WaitPolicy{.spin_margin = Nanoseconds{0}, .signal_spin = Nanoseconds{0}}};  ///< sleeps: a worker may need the CPU
  KernelThreadMeter meter_;
  Reading<std::shared_ptr<GpuSensors>> gpus_;
  MovingClockProbe probe_;
  Instant begin_{};
  std::optional<SensorSampler> sampler_;
  std::optional<SamplerThread> thread_;
};

/// How a soak is watched: once a second, or oftener where it is too short for sixty points, with the clock of at most
/// eight of the workers' cores, from the issuing CPUs where these do no work.
[[nodiscard]] MachineWatch::Options soak_watch(const RunRequest& request, const ThreadPlacement& placement);

/// At most `most` of the CPUs, spread evenly: each probe takes an eighth of a millisecond of the second.
[[nodiscard]] std::vector<int> spread_cpus(std::vector<int> cpus, std::size_t most);

}  // namespace assay
