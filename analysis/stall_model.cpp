#include "analysis/stall_model.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "analysis/binomial_distribution.hpp"

namespace assay {
namespace {

void require_positive(Nanoseconds time, const char* what) {
  if (time.count() <= 0) {
    throw std::invalid_argument(fmt::format("{} of {} ns: must be above 0", what, time.count()));
  }
}

}  // namespace

double hit_probability(double stalls_per_s, Nanoseconds service_time) {
  return -std::expm1(-stalls_per_s * seconds(service_time));
}

double critical_rate_per_s(Nanoseconds service_time, Percentile percentile) {
  require_positive(service_time, "service time");
  return -std::log(percentile.fraction()) / seconds(service_time);
}

double critical_share(const StalledService& service, Percentile percentile) {
  require_positive(service.service_time, "service time");
  require_positive(service.stall, "stall");
  const double hit_time = percentile.share_above() * seconds(service.stall);
  return hit_time / (seconds(service.service_time) + hit_time);
}

double stall_law_percentile_ns(const StallLaw& law, Percentile percentile) {
  const bool hit = law.hit_probability > percentile.share_above();
  return static_cast<double>((law.service.service_time + (hit ? law.service.stall : Nanoseconds{0})).count());
}

double stall_law_normal_formula_ns(const StallLaw& law, Percentile percentile) {
  const double hit = law.hit_probability;
  const double deviation = std::sqrt(hit * (1.0 - hit));
  return static_cast<double>(law.service.service_time.count()) +
         static_cast<double>(law.service.stall.count()) * (hit + normal_quantile(percentile.fraction()) * deviation);
}

double balanced_hit_probability(Percentile percentile) {
  const double z = normal_quantile(percentile.fraction());
  return 1.0 / (1.0 + z * z);
}

}  // namespace assay
