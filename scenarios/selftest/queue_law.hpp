#pragma once

namespace assay {

/// A single queue with Poisson arrivals in its steady state, first come first served. Rates in 1/s, times in seconds.
struct QueueLaw {
  enum class Service { exponential, constant };

  Service service = Service::exponential;
  double arrival_rate = 0.0;
  double mean_service_s = 0.0;
  int servers = 1;  ///< more than one only with exponential service

  [[nodiscard]] double utilisation() const { return arrival_rate * mean_service_s / servers; }

  /// P(response time <= t), the time from arrival to departure.
  ///   M/M/1: 1 - exp(-(mu - lambda) t)                       (Gross et al., Fundamentals of Queueing Theory, 2.2)
  ///   M/M/c: waiting with Erlang's C, plus an exponential service                                  (same, 2.3)
  ///   M/D/1: Erlang 1909: P(W <= t) = (1 - rho) sum_{k <= t / D} exp(x_k) (-x_k)^k / k!, x_k = lambda (t - k D),
  ///          and the response is W + D
  [[nodiscard]] double response_cdf(double t) const;

  /// The t with response_cdf(t) = p, by bisection, 0 < p < 1. Where the distribution has an atom (M/D/1 at D) the atom.
  [[nodiscard]] double response_quantile(double p) const;

  /// Probability that an arrival must wait in M/M/c.
  [[nodiscard]] double erlang_c() const;
};

}  // namespace assay
