#include "loadgen/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "harness/random_bits.hpp"

namespace assay {

namespace {

/// Adds up gaps; each is rounded on its own, so that the sum does not depend on the order of additions.
template <class Gap>
class RenewalSchedule final : public Schedule {
 public:
  explicit RenewalSchedule(Gap gap) : gap_(std::move(gap)) {}
  Nanoseconds next() override {
    const Nanoseconds arrival = next_;
    next_ += gap_();
    return arrival;
  }

 private:
  Gap gap_;
  Nanoseconds next_{0};
};

template <class Gap>
std::unique_ptr<Schedule> renewal(Gap gap) {
  return std::make_unique<RenewalSchedule<Gap>>(std::move(gap));
}

/// Arrivals by multiplication, not by adding up a rounded gap: the rate holds over any number of them.
class ConstantSchedule final : public Schedule {
 public:
  explicit ConstantSchedule(double arrivals_per_s) : rate_(arrivals_per_s) {}
  Nanoseconds next() override { return from_seconds(static_cast<double>(count_++) / rate_); }

 private:
  double rate_;
  std::uint64_t count_ = 0;
};

/// A Poisson process of varying rate: unit-rate arrivals mapped through the inverse of the cumulated rate.
/// Source: Lewis and Shedler, Naval Research Logistics 26(3), 1979 (time-scale transformation).
template <class InverseCumulatedRate>
class VaryingPoissonSchedule final : public Schedule {
 public:
  VaryingPoissonSchedule(std::uint64_t seed, InverseCumulatedRate inverse)
      : bits_(seed), inverse_(std::move(inverse)) {}
  Nanoseconds next() override {
    const Nanoseconds arrival = from_seconds(inverse_(cumulated_));
    cumulated_ += bits_.exponential();
    return arrival;
  }

 private:
  RandomBits bits_;
  InverseCumulatedRate inverse_;
  double cumulated_ = 0.0;
};

template <class Inverse>
std::unique_ptr<Schedule> varying_poisson(std::uint64_t seed, Inverse inverse) {
  return std::make_unique<VaryingPoissonSchedule<Inverse>>(seed, std::move(inverse));
}

class MmppSchedule final : public Schedule {
 public:
  MmppSchedule(std::uint64_t seed, double rate, const MmppArrivals& process)
      : bits_(seed), calm_s_(seconds(process.mean_calm)), burst_s_(seconds(process.mean_burst)) {
    // The mean over both states is the target: r_c d_c + k r_c d_b = r (d_c + d_b).
    calm_rate_ = rate * (calm_s_ + burst_s_) / (calm_s_ + process.burst_ratio * burst_s_);
    burst_rate_ = process.burst_ratio * calm_rate_;
    state_end_s_ = calm_s_ * bits_.exponential();
  }

  Nanoseconds next() override {
    const Nanoseconds arrival = from_seconds(now_s_);
    double remaining = bits_.exponential();
    while (true) {
      const double rate = in_burst_ ? burst_rate_ : calm_rate_;
      const double available = (state_end_s_ - now_s_) * rate;
      if (remaining <= available) {
        now_s_ += remaining / rate;
        return arrival;
      }
      remaining -= available;
      now_s_ = state_end_s_;
      in_burst_ = !in_burst_;
      state_end_s_ += (in_burst_ ? burst_s_ : calm_s_) * bits_.exponential();
    }
  }

 private:
  RandomBits bits_;
  double calm_s_;
  double burst_s_;
  double calm_rate_ = 0.0;
  double burst_rate_ = 0.0;
  double now_s_ = 0.0;
  double state_end_s_ = 0.0;
  bool in_burst_ = false;
};

class TraceSchedule final : public Schedule {
 public:
  explicit TraceSchedule(TraceArrivals trace) : trace_(std::move(trace)) {
    const auto& offsets = trace_.offsets;
    const auto gaps = static_cast<std::int64_t>(offsets.size()) - 1;
    lap_ = offsets.back() - offsets.front();
    lap_ += gaps > 0 ? lap_ / gaps : Nanoseconds{std::chrono::seconds{1}};
  }

  Nanoseconds next() override {
    const Nanoseconds recorded = lap_begin_ + trace_.offsets[position_] - trace_.offsets.front();
    if (++position_ == trace_.offsets.size()) {
      position_ = 0;
      lap_begin_ += lap_;
    }
    return from_seconds(seconds(recorded) / trace_.speed);
  }

 private:
  TraceArrivals trace_;
  Nanoseconds lap_{0};
  Nanoseconds lap_begin_{0};
  std::size_t position_ = 0;
};

/// Offsets of the cameras in the period, ascending; the first is 0.
std::vector<double> camera_phases(const CameraArrivals& process, std::uint64_t seed) {
  std::vector<double> phases_s(process.cameras, 0.0);
  RandomBits bits(seed);
  for (std::uint64_t camera = 1; camera < process.cameras; ++camera) {
    switch (process.phase) {
      case CameraPhase::aligned:
        break;
      case CameraPhase::staggered:
        phases_s[camera] = static_cast<double>(camera) / process.rate_hz();
        break;
      case CameraPhase::random:
        // 1 - u: from 0 on, so that no camera slips into the next period.
        phases_s[camera] = (1.0 - bits.unit()) / process.frames_per_s;
        break;
    }
  }
  std::ranges::sort(phases_s);
  return phases_s;
}

/// By multiplication, as ConstantSchedule. Rounding may set a phase just below a period beyond the next trigger by a
/// nanosecond: hence the largest so far.
class CameraSchedule final : public Schedule {
 public:
  CameraSchedule(const CameraArrivals& process, std::uint64_t seed)
      : frames_per_s_(process.frames_per_s), phases_s_(camera_phases(process, seed)) {}
  Nanoseconds next() override {
    const std::uint64_t cameras = phases_s_.size();
    const std::uint64_t trigger = count_ / cameras;
    const Nanoseconds arrival =
        from_seconds(static_cast<double>(trigger) / frames_per_s_ + phases_s_[count_ % cameras]);
    ++count_;
    latest_ = std::max(latest_, arrival);
    return latest_;
  }

 private:
  double frames_per_s_;
  std::vector<double> phases_s_;
  std::uint64_t count_ = 0;
  Nanoseconds latest_{0};
};

std::unique_ptr<Schedule> mlperf_schedule(const TestSettings& settings) {
  if (!std::holds_alternative<PoissonArrivals>(settings.arrivals)) {
    throw std::invalid_argument("arrivals " + name_of(settings.arrivals) +
                                ": the mlperf stream knows only poisson; use the assay stream");
  }
  return renewal([engine = std::mt19937(static_cast<std::mt19937::result_type>(settings.seeds.schedule)),
                  gap = std::exponential_distribution<>(settings.server_target_qps)]() mutable {
    return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(gap(engine)));
  });
}

struct AssaySchedule {
  double rate;
  std::uint64_t seed;

  std::unique_ptr<Schedule> operator()(const PoissonArrivals&) const {
    return renewal([bits = RandomBits(seed), r = rate]() mutable { return from_seconds(bits.exponential() / r); });
  }
  std::unique_ptr<Schedule> operator()(const ConstantArrivals&) const {
    return std::make_unique<ConstantSchedule>(rate);
  }
  std::unique_ptr<Schedule> operator()(const GammaArrivals& process) const {
    return renewal([bits = RandomBits(seed), r = rate, k = process.shape]() mutable {
      return from_seconds(bits.gamma(k) / (k * r));
    });
  }
  std::unique_ptr<Schedule> operator()(const MmppArrivals& process) const {
    return std::make_unique<MmppSchedule>(seed, rate, process);
  }
  std::unique_ptr<Schedule> operator()(const StepArrivals& process) const {
    return varying_poisson(seed, [r = rate, at = seconds(process.at), factor = process.factor](double cumulated) {
      const double before = r * at;
      return cumulated <= before ? cumulated / r : at + (cumulated - before) / (r * factor);
    });
  }
  std::unique_ptr<Schedule> operator()(const RampArrivals& process) const {
    return varying_poisson(seed, [r = rate, over = seconds(process.over), factor = process.factor](double cumulated) {
      // Rate r (1 + (f - 1) t / T) up to T, then r f. Its integral solved for t, in the form that is stable for f = 1.
      const double slope = (factor - 1.0) / over;
      const double at_end = r * over * (1.0 + factor) / 2.0;
      if (cumulated >= at_end) {
        return over + (cumulated - at_end) / (r * factor);
      }
      const double c = cumulated / r;
      return 2.0 * c / (1.0 + std::sqrt(1.0 + 2.0 * slope * c));
    });
  }
  std::unique_ptr<Schedule> operator()(const TraceArrivals& process) const {
    return std::make_unique<TraceSchedule>(process);
  }
  std::unique_ptr<Schedule> operator()(const CameraArrivals& process) const {
    return std::make_unique<CameraSchedule>(process, seed);
  }
};

}  // namespace

std::unique_ptr<Schedule> make_schedule(const TestSettings& settings) {
  if (settings.stream == RandomStream::mlperf) {
    return mlperf_schedule(settings);
  }
  return std::visit(AssaySchedule{.rate = settings.server_target_qps, .seed = settings.seeds.schedule},
                    settings.arrivals);
}

}  // namespace assay
