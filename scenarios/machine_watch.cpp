#include "scenarios/machine_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "harness/sensor_set.hpp"

namespace assay {

MachineWatch::MachineWatch(Options options)
    : options_(std::move(options)), gpus_(open_gpu_sensors()), probe_(clock_, meter_) {}

bool MachineWatch::has_power() const {
  const SensorSet sensors = discover_sensors(files_, options_.probe_cpus, gpus_);
  return std::ranges::any_of(sensors.sensors(), [](const Sensor& sensor) {
    return sensor.quantity == SensorQuantity::energy_j || sensor.quantity == SensorQuantity::power_w;
  });
}

void MachineWatch::begin() {
  constexpr std::size_t kSpare = 16;
  thread_.reset();
  sampler_.emplace(discover_sensors(files_, options_.probe_cpus, gpus_),
                   SamplerInstruments{.files = files_, .clock = clock_, .meter = meter_, .probe = probe_},
                   SamplerOptions{.period = options_.period,
                                  .most_samples = static_cast<std::size_t>(options_.longest / options_.period) + kSpare,
                                  .probe_cpus = options_.probe_cpus,
                                  .ticks_per_second = sysconf(_SC_CLK_TCK)});
  begin_ = clock_.now();
  thread_.emplace(*sampler_, options_.home_cpus);
}

WatchedSeries MachineWatch::end() {
  thread_->stop();
  thread_.reset();
  return {.series = std::move(*sampler_).take(), .begin = begin_};
}

MachineWatch::Options soak_watch(const RunRequest& request, const ThreadPlacement& placement) {
  constexpr std::size_t kMostProbed = 8;
  constexpr int kPoints = 60;
  constexpr Nanoseconds kMore = std::chrono::minutes{10};
  constexpr Nanoseconds kLongest = std::chrono::hours{24};
  MachineWatch::Options options{
      .period = std::chrono::milliseconds{100},
      .longest = std::min(2 * std::min(expected_duration(request), kLongest) + kMore, kLongest),
      .probe_cpus = spread_cpus(placement.worker_cpus, kMostProbed),
      .home_cpus = placement.shared ? std::vector<int>{} : placement.issuing_cpus};
  for (const int milliseconds : {200, 500, 1000}) {
    const Nanoseconds period = std::chrono::milliseconds{milliseconds};
    if (kPoints * period <= request.settings.min_duration) {
      options.period = period;
    }
  }
  return options;
}

std::vector<int> spread_cpus(std::vector<int> cpus, std::size_t most) {
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  if (cpus.size() <= most || most == 0) {
    cpus.resize(std::min(cpus.size(), most));
    return cpus;
  }
  std::vector<int> chosen;
  for (std::size_t i = 0; i < most; ++i) {
    chosen.push_back(cpus[i * cpus.size() / most]);
  }
  return chosen;
}

}  // namespace assay
