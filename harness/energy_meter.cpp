#include "harness/energy_meter.hpp"

namespace assay {

void EnergyMeter::add(Instant at, std::optional<double> counter_j) {
  if (!counter_j) {
    return;
  }
  if (!last_j_) {
    first_at_ = at;
  } else {
    double gain = *counter_j - *last_j_;
    if (gain < 0.0) {
      was_reset_ = was_reset_ || !wraps_at_j_ || *last_j_ > *wraps_at_j_;
      gain += wraps_at_j_.value_or(0.0);
    }
    last_gain_j_ = gain;
    total_j_ += gain;
  }
  previous_at_ = last_j_ ? last_at_ : at;
  last_at_ = at;
  last_j_ = counter_j;
}

Reading<MeasuredEnergy> EnergyMeter::since_start() const { return between(first_at_, total_j_); }

Reading<MeasuredEnergy> EnergyMeter::last_interval() const { return between(previous_at_, last_gain_j_); }

Reading<MeasuredEnergy> EnergyMeter::between(Instant begin, double joules) const {
  if (was_reset_) {
    return Unavailable{boundary_ + ": the counter went back without reaching its range"};
  }
  if (!last_j_ || last_at_ <= begin) {
    return Unavailable{boundary_ + ": fewer than two readings"};
  }
  return MeasuredEnergy{.boundary = boundary_, .joules = joules, .over = last_at_ - begin};
}

}  // namespace assay
