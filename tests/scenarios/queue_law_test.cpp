#include "scenarios/selftest/queue_law.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace assay {
namespace {

using Service = QueueLaw::Service;

TEST(QueueLaw, ResponseOfMM1IsExponentialWithTheSpareRate) {
  const QueueLaw law{.arrival_rate = 50.0, .mean_service_s = 0.01};
  for (const double p : {0.5, 0.9, 0.99}) {
    EXPECT_NEAR(law.response_quantile(p), -std::log(1.0 - p) / 50.0, 1e-12);
  }
}

TEST(QueueLaw, ErlangCOfKnownTables) {
  // One server: the probability to wait is the load. Two servers at load 3/4: 2 rho^2 / (1 + rho) = 9/14.
  EXPECT_NEAR((QueueLaw{.arrival_rate = 0.7, .mean_service_s = 1.0}.erlang_c()), 0.7, 1e-12);
  EXPECT_NEAR((QueueLaw{.arrival_rate = 1.5, .mean_service_s = 1.0, .servers = 2}.erlang_c()), 9.0 / 14.0, 1e-12);
}

// The mean from the distribution, sum of P(T > t) dt, against Erlang's formula: 1 / mu + C / (c mu - lambda).
TEST(QueueLaw, MeanOfMMcFollowsFromItsDistribution) {
  for (const QueueLaw& law : {QueueLaw{.arrival_rate = 1.8, .mean_service_s = 1.0, .servers = 3},
                              QueueLaw{.arrival_rate = 2.0, .mean_service_s = 1.0, .servers = 3}}) {
    double mean = 0.0;
    constexpr double kStep = 1e-3;
    for (double t = kStep / 2.0; t < 60.0; t += kStep) {
      mean += kStep * (1.0 - law.response_cdf(t));
    }
    EXPECT_NEAR(mean, 1.0 + law.erlang_c() / (3.0 - law.arrival_rate), 1e-4);
  }
}

TEST(QueueLaw, MD1WaitsNotAtAllWithOneMinusItsLoadAndHasPollaczeksMean) {
  const QueueLaw law{.service = Service::constant, .arrival_rate = 0.6, .mean_service_s = 1.0};
  EXPECT_EQ(law.response_cdf(0.999), 0.0);
  EXPECT_NEAR(law.response_cdf(1.0), 0.4, 1e-12);
  EXPECT_NEAR(law.response_quantile(0.3), 1.0, 1e-9) << "the atom";
  double mean = 0.0;
  constexpr double kStep = 1e-3;
  for (double t = kStep / 2.0; t < 15.0; t += kStep) {
    mean += kStep * (1.0 - law.response_cdf(t));
  }
  EXPECT_NEAR(mean, 1.0 + 0.6 / (2.0 * 0.4), 2e-3);
}

}  // namespace
}  // namespace assay
