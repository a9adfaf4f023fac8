#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "harness/clock.hpp"
#include "harness/core_clock_probe.hpp"
#include "harness/cpu_times.hpp"
#include "harness/file_source.hpp"
#include "harness/sensor_series.hpp"
#include "harness/sensor_set.hpp"
#include "harness/signal.hpp"
#include "harness/thread_meter.hpp"

namespace assay {

struct SamplerOptions {
  Nanoseconds period = std::chrono::seconds{1};
  std::size_t most_samples = 7200;  ///< room taken at the start: two hours
  std::vector<int> probe_cpus;      ///< cores whose clock is measured in each period
  long ticks_per_second = 100;      ///< of /proc/stat, as sysconf(_SC_CLK_TCK) says
};

/// What the sampler reads with. All must outlive it.
struct SamplerInstruments {
  const FileSource& files;
  Clock& clock;
  const ThreadMeter& meter;  ///< of the thread that calls run() or step()
  CoreClockProbe& probe;
};

/// Samples the sensors, the CPU times and the clock of cores once a period. One thread calls begin(), step() and run().
class SensorSampler {
 public:
  /// Takes the room for the whole series. Throws std::invalid_argument for a period of 0 or less.
  SensorSampler(SensorSet sensors, const SamplerInstruments& instruments, SamplerOptions options);

  /// The zero of the periods, of the first shares and of the sampler's own account.
  void begin();

  /// One sample now. Counts the periods that have passed since the one before and had none.
  void step();

  /// begin(), then a step at the end of each period until `stop`: late ones are skipped, never made up for. Sleeps
  /// without spinning.
  void run(const std::stop_token& stop);

  void note_departure(std::string text) { series_.departures.push_back(std::move(text)); }

  /// The series so far. For after run() has returned.
  [[nodiscard]] SensorSeries take() &&;

 private:
  [[nodiscard]] std::int64_t period_of(Instant at) const { return (at - begin_) / series_.period; }

  SensorSet sensors_;
  SamplerInstruments in_;
  SamplerOptions options_;
  SensorSeries series_;
  std::size_t count_ = 0;
  Instant begin_{};
  std::int64_t last_period_ = 0;
  ThreadUse use_at_begin_;
  std::optional<CpuTimes> times_;
  Signal stopped_;
};

/// A thread of its own for a sampler: nice 5, a timer slack of 1 ns, and on `home_cpus` between probes where any are
/// given. What the system refuses is noted in the series.
class SamplerThread {
 public:
  SamplerThread(SensorSampler& sampler, std::vector<int> home_cpus);

  /// Ends the thread; returns within one step. So does the destructor.
  void stop();

 private:
  std::jthread thread_;
};

}  // namespace assay
