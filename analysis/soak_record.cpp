#include "analysis/soak_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/soak_points.hpp"

namespace assay {
namespace {

/// What the model did in one point.
struct EmulatedSpan {
  double mean_factor = 1.0;  ///< over time
  double least_factor = 1.0;
  double hottest_c = 0.0;
};

/// Goes along the trace; the spans asked for follow each other.
class EmulatedCourse {
 public:
  explicit EmulatedCourse(const EnvelopeRecord& emulated)
      : emulated_(emulated),
        next_(emulated.trace.begin()),
        temperature_c_(emulated.ambient_c + emulated.resistance_k_per_w * emulated.idle_w) {}

  /// Nothing where the trace had no room left.
  [[nodiscard]] std::optional<EmulatedSpan> span(double begin_s, double end_s) {
    EmulatedSpan span{.least_factor = factor_, .hottest_c = temperature_c_};
    double weighted = 0.0;
    double from_s = begin_s;
    for (; next_ != emulated_.trace.end() && next_->t_s < end_s; ++next_) {
      const double at_s = std::max(next_->t_s, from_s);
      weighted += factor_ * (at_s - from_s);
      from_s = at_s;
      factor_ = next_->factor;
      temperature_c_ = next_->temperature_c;
      span.least_factor = std::min(span.least_factor, factor_);
      span.hottest_c = std::max(span.hottest_c, temperature_c_);
    }
    if (next_ == emulated_.trace.end() && emulated_.no_room_count > 0) {
      return std::nullopt;
    }
    span.mean_factor = (weighted + factor_ * (end_s - from_s)) / (end_s - begin_s);
    return span;
  }

 private:
  const EnvelopeRecord& emulated_;
  std::vector<EmulatedPoint>::const_iterator next_;
  double factor_ = 1.0;  // what the workers feel until the first step
  double temperature_c_;
};

void add_emulated(SoakRecord& soak, const EnvelopeRecord& emulated) {
  soak.watch.temperature_of = fmt::format("EMULATED {}", emulated.name);
  soak.watch.power_of.clear();
  soak.trip_temperature_c = emulated.trip_c;
  EmulatedCourse course(emulated);
  for (SoakPoint& point : soak.points) {
    point.power_w.reset();
    const auto span = course.span(point.t_s, point.t_s + soak.period_s);
    if (!span) {
      point.temperature_c.reset();
      point.throttle_flag.reset();
      point.clock_hz.reset();
      continue;
    }
    point.temperature_c = span->hottest_c;
    point.throttle_flag = span->least_factor < 1.0;
    if (point.clock_hz) {
      *point.clock_hz *= span->mean_factor;
    }
  }
  soak.energy.clear();
  soak.no_energy = "the emulated clock spins: what this machine takes says nothing of such a device";
}

}  // namespace

SoakRecord soak_record(const TestResult& result, const RunDistributions& distributions, const SoakEvidence& evidence) {
  SoakCourse course = soak_course(result, distributions, evidence.watched.series.period);
  SoakRecord soak{.period_s = seconds(course.period),
                  .ambient_c = evidence.ambient_c,
                  .points = std::move(course.points),
                  .left_out_s = seconds(course.left_out)};
  add_readings(soak, evidence.watched, evidence.idle);
  if (evidence.emulated) {
    add_emulated(soak, *evidence.emulated);
  }
  const SoakSettings settings{.trip_temperature_c = soak.trip_temperature_c};
  const auto audit = sustained_audit(soak.points, settings);
  if (!audit) {
    soak.no_audit = audit.reason();
    soak.verdict = {.cause = SustainedCause::undecided, .evidence = {soak.no_audit}};
    return soak;
  }
  soak.audit = *audit;
  soak.loop_p99_s = loop_p99(result, distributions, course.period, audit->loops);
  soak.verdict = sustained_verdict(soak.points, *audit, settings);
  return soak;
}

}  // namespace assay
