#include "scenarios/interference/duty_control.hpp"

#include <algorithm>

namespace assay {

DutyControl::Step DutyControl::next(Nanoseconds elapsed, Nanoseconds cpu_time) {
  const double period_s = seconds(kPeriod) * (0.5 + random_.unit());
  const double regular_s = share_ * period_s;
  double owed_s = share_ * seconds(elapsed) - seconds(cpu_time + forgotten_);
  const double most_s = kMostOwed * share_ * seconds(kPeriod);
  if (owed_s > most_s) {
    forgotten_ += from_seconds(owed_s - most_s);
    owed_s = most_s;
  }
  const double most_work_s = std::min(regular_s * (1.0 + kPayBack) + 0.05 * period_s, 0.98 * period_s);
  return {.work = from_seconds(std::clamp(regular_s + owed_s, 0.0, most_work_s)),
          .next_at = elapsed + from_seconds(period_s)};
}

}  // namespace assay
