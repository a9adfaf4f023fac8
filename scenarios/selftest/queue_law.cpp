#include "scenarios/selftest/queue_law.hpp"

#include <cmath>

namespace assay {

namespace {

/// Erlang's formula for the waiting time of M/D/1. Its terms alternate: good for t up to some ten services, which at
/// the utilisations of the self-test is far beyond P99.9.
double deterministic_wait_cdf(const QueueLaw& law, double t) {
  if (t < 0.0) {
    return 0.0;
  }
  double sum = 0.0;
  for (int k = 0; k * law.mean_service_s <= t; ++k) {
    const double x = law.arrival_rate * (t - k * law.mean_service_s);
    double term = std::exp(x);
    for (int i = 1; i <= k; ++i) {
      term *= -x / i;
    }
    sum += term;
  }
  return (1.0 - law.utilisation()) * sum;
}

double many_servers_cdf(const QueueLaw& law, double t) {
  if (t < 0.0) {
    return 0.0;
  }
  const double rate = 1.0 / law.mean_service_s;
  const double offered = law.arrival_rate * law.mean_service_s;
  const double spare = law.servers - offered;  // of the servers, in units of one
  // The wait given that there is one is exponential with rate spare * mu; convolved with the service of rate mu.
  const double served_later = std::abs(spare - 1.0) < 1e-9
                                  ? rate * t * std::exp(-rate * t)
                                  : (std::exp(-rate * t) - std::exp(-spare * rate * t)) / (spare - 1.0);
  return 1.0 - std::exp(-rate * t) - law.erlang_c() * served_later;
}

}  // namespace

double QueueLaw::erlang_c() const {
  const double offered = arrival_rate * mean_service_s;
  double blocked = 1.0;  // Erlang's B by its recursion over the servers
  for (int k = 1; k <= servers; ++k) {
    blocked = offered * blocked / (k + offered * blocked);
  }
  return blocked / (1.0 - utilisation() * (1.0 - blocked));
}

double QueueLaw::response_cdf(double t) const {
  return service == Service::constant ? deterministic_wait_cdf(*this, t - mean_service_s) : many_servers_cdf(*this, t);
}

double QueueLaw::response_quantile(double p) const {
  double below = 0.0;
  double above = mean_service_s;
  while (response_cdf(above) < p) {
    above *= 2.0;
  }
  constexpr int kHalvings = 100;  // beyond the last bit of a double
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (below + above) / 2.0;
    (response_cdf(middle) < p ? below : above) = middle;
  }
  return above;
}

}  // namespace assay
