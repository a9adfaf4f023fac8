#include "harness/sensor_sampler.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "harness/steady_clock.hpp"
#include "harness/thread_affinity.hpp"

namespace assay {

SensorSampler::SensorSampler(SensorSet sensors, const SamplerInstruments& instruments, SamplerOptions options)
    : sensors_(std::move(sensors)), in_(instruments), options_(std::move(options)) {
  if (options_.period <= Nanoseconds::zero()) {
    throw std::invalid_argument(
        fmt::format("sampling period {} ns: a time above 0 is needed", options_.period.count()));
  }
  series_.sensors = sensors_.sensors();
  series_.absences = sensors_.absences();
  series_.probe_cpus = options_.probe_cpus;
  series_.period = options_.period;
  series_.samples.resize(options_.most_samples);
  for (MachineSample& sample : series_.samples) {
    sample.sensors.values.resize(series_.sensors.size());
    sample.clock_hz.resize(options_.probe_cpus.size());
  }
}

void SensorSampler::begin() {
  begin_ = in_.clock.now();
  use_at_begin_ = in_.meter.read();
  times_ = read_cpu_times(in_.files);
}

void SensorSampler::step() {
  const Instant at = in_.clock.now();
  const std::int64_t period = period_of(at);
  if (period > last_period_ + 1) {
    series_.missed_count += static_cast<std::uint64_t>(period - last_period_ - 1);
  }
  last_period_ = period;
  if (count_ == series_.samples.size()) {
    ++series_.no_room_count;
    return;
  }
  MachineSample& sample = series_.samples[count_++];
  sensors_.read(at, sample.sensors);
  const std::optional<CpuTimes> times = read_cpu_times(in_.files);
  if (times_ && times) {
    if (const auto shares = load_between(*times_, *times, options_.ticks_per_second)) {
      sample.steal = shares->steal;
      sample.foreign = shares->foreign;
      sample.involuntary_switches = times->own_involuntary_switches - times_->own_involuntary_switches;
    }
  }
  times_ = times;
  for (std::size_t i = 0; i < options_.probe_cpus.size(); ++i) {
    sample.clock_hz[i] = in_.probe.clock_hz(options_.probe_cpus[i]);
  }
  series_.own_cpu_time = in_.meter.read().cpu_time - use_at_begin_.cpu_time;
  series_.elapsed = in_.clock.now() - begin_;
}

void SensorSampler::run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { stopped_.raise(); });
  begin();
  while (!stop.stop_requested()) {
    const std::uint32_t seen = stopped_.epoch();
    if (stop.stop_requested()) {
      break;
    }
    const Instant next = begin_ + (period_of(in_.clock.now()) + 1) * series_.period;
    if (!in_.clock.wait(stopped_, seen, next)) {
      step();
    }
  }
}

SensorSeries SensorSampler::take() && {
  series_.samples.resize(count_);
  return std::move(series_);
}

namespace {

void settle_thread(SensorSampler& sampler, const std::vector<int>& home_cpus) {
  constexpr int kNice = 5;
  request_precise_sleep();
  // Linux keeps the nice value for each thread (setpriority(2), "C library/kernel differences"). Who started us may be
  // nicer already: only root may go back, and should not.
  const auto own = static_cast<id_t>(gettid());
  if (getpriority(PRIO_PROCESS, own) < kNice && setpriority(PRIO_PROCESS, own, kNice) != 0) {
    sampler.note_departure(
        fmt::format("setpriority(PRIO_PROCESS, own thread, {}): {}", kNice, std::generic_category().message(errno)));
  }
  if (!home_cpus.empty() && !allow_this_thread(home_cpus)) {
    sampler.note_departure(fmt::format("the sampler may not run on CPUs {}", cpu_list_text(home_cpus)));
  }
}

}  // namespace

SamplerThread::SamplerThread(SensorSampler& sampler, std::vector<int> home_cpus)
    : thread_([&sampler, cpus = std::move(home_cpus)](const std::stop_token& stop) {
        settle_thread(sampler, cpus);
        sampler.run(stop);
      }) {}

void SamplerThread::stop() {
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace assay
