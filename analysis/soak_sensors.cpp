#include "analysis/soak_sensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "harness/energy_meter.hpp"

namespace assay {
namespace {

bool starts_with_any(std::string_view name, std::span<const std::string_view> prefixes) {
  return std::ranges::any_of(prefixes, [name](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_of_gpu(const Sensor& sensor) { return sensor.name.starts_with("NVML"); }

/// The temperature at which the system holds back or stops. A fan that starts and a drive's rated maximum are neither.
std::optional<double> trip_of(const Sensor& sensor) {
  std::optional<double> lowest;
  for (const TripPoint& trip : sensor.trips) {
    if (trip.type != "active" && trip.type != "max") {
      lowest = std::min(lowest.value_or(trip.temperature_c), trip.temperature_c);
    }
  }
  return lowest;
}

/// What a mean, a highest or a lowest reading of one point is made of.
struct Gathered {
  double sum = 0.0;
  int count = 0;
  double lowest = 0.0;
  double highest = 0.0;

  void add(const std::optional<double>& value) {
    if (value) {
      lowest = count == 0 ? *value : std::min(lowest, *value);
      highest = count == 0 ? *value : std::max(highest, *value);
      sum += *value;
      ++count;
    }
  }
  [[nodiscard]] std::optional<double> mean() const { return count > 0 ? std::optional(sum / count) : std::nullopt; }
};

class Readings {
 public:
  Readings(SoakRecord& soak, const WatchedSeries& watched) : soak_(soak), series_(watched.series) {
    samples_of_.resize(soak.points.size());
    for (std::size_t i = 0; i < series_.samples.size(); ++i) {
      // A sample tells of the period that it ends.
      const double middle_s = seconds(series_.samples[i].sensors.at - watched.begin) - seconds(series_.period) / 2.0;
      const double point = std::floor(middle_s / soak.period_s);
      if (point >= 0.0 && point < static_cast<double>(samples_of_.size())) {
        samples_of_[static_cast<std::size_t>(point)].push_back(i);
      }
    }
  }

  void record_sensors() {
    for (std::size_t index = 0; index < series_.sensors.size(); ++index) {
      const Sensor& sensor = series_.sensors[index];
      SensorRecord record{.name = sensor.name,
                          .quantity = std::string(name_of(sensor.quantity)),
                          .source = sensor.source,
                          .trip_c = trip_of(sensor)};
      for (const auto& samples : samples_of_) {
        record.values.push_back(samples.empty() ? std::nullopt
                                                : series_.samples[samples.back()].sensors.values.at(index));
      }
      soak_.sensors.push_back(std::move(record));
    }
    for (const SensorAbsence& absence : series_.absences) {
      soak_.absences.push_back({.kind = absence.kind, .reason = absence.why.reason});
    }
    soak_.watch.clock_cpus = series_.probe_cpus;
    soak_.watch.own_cpu_share = series_.own_cpu_share();
    soak_.watch.missed_count = series_.missed_count;
    soak_.watch.no_room_count = series_.no_room_count;
    soak_.watch.departures = series_.departures;
  }

  /// A board's counter as a mean power of each point, beside what its power sensor says: of that sensor only a part of
  /// the time is sampled on some cards (arXiv 2312.02741), of the counter all.
  void derive_gpu_power() {
    for (std::size_t index = 0; index < series_.sensors.size(); ++index) {
      const Sensor& sensor = series_.sensors[index];
      if (is_of_gpu(sensor) && sensor.quantity == SensorQuantity::energy_j) {
        soak_.sensors.push_back({.name = sensor.name + " as mean power",
                                 .quantity = std::string(name_of(SensorQuantity::power_w)),
                                 .source = "derived: differences of " + sensor.source + " over the time between",
                                 .trip_c = std::nullopt,
                                 .values = power_of_counter(index)});
      }
    }
  }

  void fill_shares() {
    for (std::size_t p = 0; p < samples_of_.size(); ++p) {
      Gathered clock;
      Gathered steal;
      Gathered foreign;
      Gathered switches;
      for (const std::size_t i : samples_of_[p]) {
        const MachineSample& sample = series_.samples[i];
        Gathered cores;
        std::ranges::for_each(sample.clock_hz, [&cores](const auto& hz) { cores.add(hz); });
        clock.add(cores.count > 0 ? std::optional(cores.lowest) : std::nullopt);
        steal.add(sample.steal);
        foreign.add(sample.foreign);
        switches.add(sample.involuntary_switches ? std::optional(static_cast<double>(*sample.involuntary_switches))
                                                 : std::nullopt);
      }
      SoakPoint& point = soak_.points[p];
      point.clock_hz = clock.mean();
      point.steal_share = steal.mean();
      point.foreign_share = foreign.mean();
      if (const auto mean = switches.mean()) {
        point.involuntary_switches_per_s = *mean / seconds(series_.period);
      }
    }
  }

  void fill_temperature() {
    const auto index = telling_temperature();
    if (!index) {
      return;
    }
    soak_.watch.temperature_of = series_.sensors[*index].name;
    soak_.trip_temperature_c = trip_of(series_.sensors[*index]);
    for (std::size_t p = 0; p < samples_of_.size(); ++p) {
      const Gathered readings = gathered(*index, samples_of_[p]);
      soak_.points[p].temperature_c = readings.count > 0 ? std::optional(readings.highest) : std::nullopt;
    }
  }

  /// True in the points in which a count of the processor's own throttling rose.
  void fill_throttle_flag() {
    for (std::size_t index = 0; index < series_.sensors.size(); ++index) {
      if (series_.sensors[index].quantity != SensorQuantity::throttle_count || is_of_gpu(series_.sensors[index])) {
        continue;
      }
      std::optional<double> before;
      for (std::size_t p = 0; p < samples_of_.size(); ++p) {
        const Gathered readings = gathered(index, samples_of_[p]);
        if (readings.count == 0) {
          continue;
        }
        const bool rose = readings.highest > before.value_or(readings.lowest);
        before = readings.highest;
        soak_.points[p].throttle_flag = soak_.points[p].throttle_flag.value_or(false) || rose;
      }
    }
  }

  /// The packages' counters together; without them what a battery gives.
  void fill_power() {
    std::vector<std::string> names;
    for (std::size_t index = 0; index < series_.sensors.size(); ++index) {
      const Sensor& sensor = series_.sensors[index];
      // "RAPL package-0 core" is a part of the package, and counted in it.
      constexpr std::string_view kPackage = "RAPL package";
      const bool package = sensor.quantity == SensorQuantity::energy_j && sensor.name.starts_with(kPackage) &&
                           sensor.name.find(' ', kPackage.size()) == std::string::npos;
      if (package) {
        names.push_back(sensor.name);
        add_power_of_counter(index);
      }
    }
    const bool has_package = !names.empty();
    for (std::size_t index = 0; !has_package && index < series_.sensors.size(); ++index) {
      const Sensor& sensor = series_.sensors[index];
      if (sensor.quantity == SensorQuantity::power_w && sensor.name.starts_with("battery")) {
        names.push_back(sensor.name);
        add_power_of_battery(index);
      }
    }
    soak_.watch.power_of = fmt::format("{}", fmt::join(names, ", "));
  }

  void fill_energy(const std::optional<SensorSeries>& idle) {
    for (std::size_t index = 0; index < series_.sensors.size(); ++index) {
      const auto energy = energy_over(series_, index);
      if (!energy || energy->over <= Nanoseconds::zero()) {
        continue;
      }
      EnergyRecord record{.boundary = energy->boundary,
                          .energy_j = energy->joules,
                          .duration_s = seconds(energy->over),
                          .mean_power_w = energy->mean_power_w(),
                          .idle_power_w = idle_power(idle, series_.sensors[index].name)};
      const double queries = mean_throughput() * record.duration_s;
      if (queries > 0.0 && record.energy_j > 0.0) {
        record.energy_per_query_j = record.energy_j / queries;
        record.queries_per_j = queries / record.energy_j;
      }
      soak_.energy.push_back(std::move(record));
    }
    if (soak_.energy.empty()) {
      soak_.no_energy = reason_of_no_energy();
    }
  }

 private:
  [[nodiscard]] Gathered gathered(std::size_t index, const std::vector<std::size_t>& samples) const {
    Gathered readings;
    for (const std::size_t i : samples) {
      readings.add(series_.samples[i].sensors.values.at(index));
    }
    return readings;
  }

  /// Of the processor's sensors, else of those that are of no other known part: the one that came nearest its trip.
  [[nodiscard]] std::optional<std::size_t> telling_temperature() const {
    constexpr std::array<std::string_view, 8> kProcessor{
        "coretemp",         "k10temp",           "zenpower",        "cpu", "thermal zone x86_pkg_temp",
        "thermal zone cpu", "thermal zone TCPU", "thermal zone soc"};
    constexpr std::array<std::string_view, 6> kOther{"NVML",   "nvme",      "iwlwifi",
                                                     "mt7921", "drivetemp", "thermal zone iwlwifi"};
    for (const bool processor : {true, false}) {
      std::optional<std::size_t> best;
      std::pair<bool, double> best_mark;
      for (std::size_t index = 0; index < series_.sensors.size(); ++index) {
        const Sensor& sensor = series_.sensors[index];
        const bool wanted =
            processor ? starts_with_any(sensor.name, kProcessor) : !starts_with_any(sensor.name, kOther);
        if (sensor.quantity != SensorQuantity::temperature_c || !wanted) {
          continue;
        }
        Gathered readings;
        std::ranges::for_each(series_.samples, [&](const auto& s) { readings.add(s.sensors.values.at(index)); });
        if (readings.count == 0) {
          continue;
        }
        const auto trip = trip_of(sensor);
        const std::pair<bool, double> mark{trip.has_value(), readings.highest - trip.value_or(0.0)};
        if (!best || mark > best_mark) {
          best = index;
          best_mark = mark;
        }
      }
      if (best) {
        return best;
      }
    }
    return std::nullopt;
  }

  /// Only while it is discharged: else its power goes into it, and the machine's comes from elsewhere.
  void add_power_of_battery(std::size_t index) {
    const std::string name = series_.sensors[index].name;
    const std::string status = name.substr(0, name.rfind(' ')) + " discharging";
    const auto found = std::ranges::find(series_.sensors, status, &Sensor::name);
    if (found == series_.sensors.end()) {
      return;
    }
    const auto status_index = static_cast<std::size_t>(found - series_.sensors.begin());
    for (std::size_t p = 0; p < samples_of_.size(); ++p) {
      const Gathered discharging = gathered(status_index, samples_of_[p]);
      const auto power = gathered(index, samples_of_[p]).mean();
      if (power && discharging.count > 0 && discharging.lowest > 0.0) {
        soak_.points[p].power_w = soak_.points[p].power_w.value_or(0.0) + *power;
      }
    }
  }

  /// Mean power of each point by the counter's differences.
  [[nodiscard]] std::vector<std::optional<double>> power_of_counter(std::size_t index) const {
    EnergyMeter meter(series_.sensors[index]);
    std::vector<Gathered> power(samples_of_.size());
    std::size_t p = 0;
    for (std::size_t i = 0; i < series_.samples.size(); ++i) {
      meter.add(series_.samples[i].sensors.at, series_.samples[i].sensors.values.at(index));
      const auto last = meter.last_interval();
      while (p < samples_of_.size() && (samples_of_[p].empty() || samples_of_[p].back() < i)) {
        ++p;
      }
      if (last && last->over > Nanoseconds::zero() && p < samples_of_.size() && samples_of_[p].front() <= i) {
        power[p].add(last->mean_power_w());
      }
    }
    std::vector<std::optional<double>> means(power.size());
    std::ranges::transform(power, means.begin(), &Gathered::mean);
    return means;
  }

  void add_power_of_counter(std::size_t index) {
    const std::vector<std::optional<double>> means = power_of_counter(index);
    for (std::size_t p = 0; p < means.size(); ++p) {
      if (means[p]) {
        soak_.points[p].power_w = soak_.points[p].power_w.value_or(0.0) + *means[p];
      }
    }
  }

  [[nodiscard]] static std::optional<double> idle_power(const std::optional<SensorSeries>& idle,
                                                        const std::string& name) {
    for (std::size_t index = 0; idle && index < idle->sensors.size(); ++index) {
      if (idle->sensors[index].name == name) {
        const auto energy = energy_over(*idle, index);
        return energy && energy->over > Nanoseconds::zero() ? std::optional(energy->mean_power_w()) : std::nullopt;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] double mean_throughput() const {
    double sum = 0.0;
    for (const SoakPoint& point : soak_.points) {
      sum += point.throughput_per_s;
    }
    return soak_.points.empty() ? 0.0 : sum / static_cast<double>(soak_.points.size());
  }

  [[nodiscard]] std::string reason_of_no_energy() const {
    std::vector<std::string> reasons;
    for (const SensorAbsenceRecord& absence : soak_.absences) {
      for (const std::string_view kind : {"RAPL", "NVML", "hwmon", "battery"}) {
        if (absence.kind.starts_with(kind)) {
          reasons.push_back(fmt::format("{}: {}", absence.kind, absence.reason));
        }
      }
    }
    return reasons.empty() ? "no counter of energy was read twice" : fmt::format("{}", fmt::join(reasons, "; "));
  }

  SoakRecord& soak_;
  const SensorSeries& series_;
  std::vector<std::vector<std::size_t>> samples_of_;  ///< by point
};

}  // namespace

void add_readings(SoakRecord& soak, const WatchedSeries& watched, const std::optional<SensorSeries>& idle) {
  Readings readings(soak, watched);
  readings.record_sensors();
  readings.derive_gpu_power();
  readings.fill_shares();
  readings.fill_temperature();
  readings.fill_throttle_flag();
  readings.fill_power();
  readings.fill_energy(idle);
}

}  // namespace assay
