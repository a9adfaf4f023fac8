#include "analysis/soak_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/soak_points.hpp"

namespace assay {
namespace {

void add_emulated(SoakRecord& soak, const EnvelopeRecord& emulated) {
  soak.watch.temperature_of = fmt::format("EMULATED {}", emulated.name);
  soak.trip_temperature_c = emulated.trip_c;
  auto next = emulated.trace.begin();
  double factor = 1.0;  // what the workers feel until the first step
  double temperature_c = emulated.ambient_c + emulated.resistance_k_per_w * emulated.idle_w;
  for (SoakPoint& point : soak.points) {
    double sum = factor;
    double lowest = factor;
    double hottest = temperature_c;
    int steps = 1;
    for (; next != emulated.trace.end() && next->t_s < point.t_s + soak.period_s; ++next, ++steps) {
      factor = next->factor;
      temperature_c = next->temperature_c;
      sum += factor;
      lowest = std::min(lowest, factor);
      hottest = std::max(hottest, temperature_c);
    }
    point.temperature_c = hottest;
    point.throttle_flag = lowest < 1.0;
    if (point.clock_hz) {
      *point.clock_hz *= sum / steps;
    }
  }
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
  const SoakSettings settings{.loops = evidence.loops, .trip_temperature_c = soak.trip_temperature_c};
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
