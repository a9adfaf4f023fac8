#include "analysis/soak_record.hpp"

#include <utility>

#include "analysis/soak_points.hpp"

namespace assay {

SoakRecord soak_record(const TestResult& result, const RunDistributions& distributions, const SoakEvidence& evidence) {
  SoakCourse course = soak_course(result, distributions, evidence.watched.series.period);
  SoakRecord soak{.period_s = seconds(course.period),
                  .ambient_c = evidence.ambient_c,
                  .points = std::move(course.points),
                  .left_out_s = seconds(course.left_out)};
  add_readings(soak, evidence.watched, evidence.idle);
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
