#include "harness/sensor_series.hpp"

namespace assay {

std::optional<double> SensorSeries::own_cpu_share() const {
  return elapsed > Nanoseconds::zero() ? std::optional{seconds(own_cpu_time) / seconds(elapsed)} : std::nullopt;
}

Reading<MeasuredEnergy> energy_over(const SensorSeries& series, std::size_t index) {
  const Sensor& sensor = series.sensors.at(index);
  if (sensor.quantity != SensorQuantity::energy_j) {
    return Unavailable{sensor.name + " counts no energy"};
  }
  EnergyMeter meter(sensor);
  for (const MachineSample& sample : series.samples) {
    meter.add(sample.sensors.at, sample.sensors.values.at(index));
  }
  return meter.since_start();
}

}  // namespace assay
