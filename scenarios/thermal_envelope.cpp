#include "scenarios/thermal_envelope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace assay {
namespace {

struct Range {
  double lowest;
  double highest;
  std::string_view unit;
};

constexpr std::size_t kMostSteps = 32;
constexpr double kLowestStep = 0.01;
constexpr Nanoseconds kShortestPoll = std::chrono::milliseconds{1};  // of the run: a thread of its own can keep that up

bool is_text(std::string_view text, std::size_t longest, std::string_view others) {
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), [others](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

/// Collects faults; a value that is not a number is outside of every range.
class Check {
 public:
  void within(std::string_view key, double value, const Range& range) {
    require(value >= range.lowest && value <= range.highest, key,
            fmt::format("is {:.6g}, must be {:.6g} to {:.6g} {}", value, range.lowest, range.highest, range.unit));
  }
  void require(bool holds, std::string_view key, std::string text) {
    if (!holds) {
      faults_.push_back({.key = std::string{key}, .text = std::move(text)});
    }
  }
  [[nodiscard]] bool clean() const { return faults_.empty(); }
  [[nodiscard]] std::vector<EnvelopeFault> take() && { return std::move(faults_); }

 private:
  std::vector<EnvelopeFault> faults_;
};

void check_steps(const std::vector<double>& steps, Check& check) {
  if (steps.empty() || steps.size() > kMostSteps) {
    check.require(false, "steps", fmt::format("has {} factors, must have 1 to {}", steps.size(), kMostSteps));
    return;
  }
  bool falls = steps.front() == 1.0;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    falls = falls && steps[i] < steps[i - 1] && steps[i] >= kLowestStep;
  }
  check.require(falls, "steps", fmt::format("must begin with 1 and fall, each at least {}", kLowestStep));
}

/// What only makes sense once each value does.
void check_together(const ThermalEnvelope& envelope, Check& check) {
  check.require(envelope.peak_w > envelope.idle_w, "peak_w",
                fmt::format("is {:.6g} W, must be above idle_w ({:.6g} W)", envelope.peak_w, envelope.idle_w));
  const double idle_c = steady_temperature_c(envelope, 1.0, 0.0);
  check.require(envelope.trip_c > idle_c, "trip_c",
                fmt::format("is {:.6g}, must be above the idle temperature ambient_c + resistance_k_per_w * idle_w "
                            "({:.6g} degrees C)",
                            envelope.trip_c, idle_c));
  check.require(seconds(envelope.poll_period) / envelope.time_compression >= seconds(kShortestPoll), "time_compression",
                fmt::format("is {:.6g}, must leave poll_period_s / time_compression at 0.001 s or more",
                            envelope.time_compression));
}

}  // namespace

std::vector<EnvelopeFault> faults_of(const ThermalEnvelope& envelope) {
  constexpr std::size_t kLongestName = 40;
  constexpr std::size_t kLongestSource = 200;
  Check check;
  check.require(is_text(envelope.name, kLongestName, "-_."), "name",
                "must be 1 to 40 letters, digits, '-', '_' and '.'");
  check.require(is_text(envelope.source, kLongestSource, " -_.,:;()/%"), "source",
                "must say in 1 to 200 plain characters where the values come from, e.g. \"assumed, not measured\"");
  check.within("ambient_c", envelope.ambient_c, {-40.0, 80.0, "degrees C"});
  check.within("resistance_k_per_w", envelope.resistance_k_per_w, {0.001, 1000.0, "K/W"});
  check.within("time_constant_s", envelope.time_constant_s, {0.1, 1e5, "s"});
  check.within("trip_c", envelope.trip_c, {-40.0, 200.0, "degrees C"});
  check.within("idle_w", envelope.idle_w, {0.0, 1e5, "W"});
  check.within("peak_w", envelope.peak_w, {0.0, 1e5, "W"});
  check.within("hysteresis_k", envelope.hysteresis_k, {0.0, 100.0, "K"});
  check.within("poll_period_s", seconds(envelope.poll_period), {0.01, 60.0, "s"});
  check.within("time_compression", envelope.time_compression, {1.0, 1000.0, "(1 is real time)"});
  check_steps(envelope.steps, check);
  if (check.clean()) {
    check_together(envelope, check);
  }
  return std::move(check).take();
}

double steady_temperature_c(const ThermalEnvelope& envelope, double factor, double utilisation) {
  const double dynamic_w = (envelope.peak_w - envelope.idle_w) * factor * factor * factor * utilisation;
  return envelope.ambient_c + envelope.resistance_k_per_w * (envelope.idle_w + dynamic_w);
}

std::optional<Nanoseconds> time_to_trip(const ThermalEnvelope& envelope, double start_c) {
  if (start_c >= envelope.trip_c) {
    return Nanoseconds::zero();
  }
  const double steady_c = steady_temperature_c(envelope, 1.0, 1.0);
  if (steady_c <= envelope.trip_c) {
    return std::nullopt;
  }
  return from_seconds(-envelope.time_constant_s * std::log((steady_c - envelope.trip_c) / (steady_c - start_c)));
}

double sustained_factor(const ThermalEnvelope& envelope) {
  const double sustained_w = (envelope.trip_c - envelope.ambient_c) / envelope.resistance_k_per_w;
  const double cube = (sustained_w - envelope.idle_w) / (envelope.peak_w - envelope.idle_w);
  return std::clamp(std::cbrt(cube), 0.0, 1.0);
}

}  // namespace assay
