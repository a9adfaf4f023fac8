#include "analysis/roofline_knee.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay {
namespace {

using ::testing::HasSubstr;

std::vector<KneePoint> points_of(double pi, double beta, double p, const std::vector<double>& intensities) {
  std::vector<KneePoint> points;
  for (const double intensity : intensities) {
    const double rate = std::pow(std::pow(pi, -p) + std::pow(beta * intensity, -p), -1.0 / p);
    points.push_back({std::log(intensity), std::log(rate)});
  }
  return points;
}

std::vector<double> dial() {
  std::vector<double> intensities;
  for (const double k : {1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96}) {
    intensities.push_back(0.25 * k);
  }
  return intensities;
}

TEST(RooflineKnee, AtTheRidgeItTakesTheShareThatItsFormulaSays) {
  const Knee knee{.log_pi = std::log(100.0), .log_beta = std::log(50.0), .p = 2.0};
  EXPECT_NEAR(std::exp(knee.log_ridge()), 2.0, 1e-12);
  EXPECT_NEAR(std::exp(knee.log_attainable(std::log(2.0))), 100.0 / std::sqrt(2.0), 1e-9);
  EXPECT_NEAR(std::exp(knee.log_hard(std::log(0.5))), 25.0, 1e-9);
  EXPECT_NEAR(std::exp(knee.log_hard(std::log(8.0))), 100.0, 1e-9);
}

TEST(RooflineKnee, RecoversWhatMadeThePoints) {
  for (const double p : {1.5, 2.0, 3.2, 5.4, 9.0}) {
    for (const double beta : {20e9, 60e9, 100e9}) {
      const auto points = points_of(51.7e9, beta, p, dial());
      const KneeFit fit = fit_knee(points);
      ASSERT_TRUE(fit.knee) << p << ' ' << beta << ' ' << fit.reason;
      EXPECT_NEAR(std::exp(fit.knee->log_pi) / 51.7e9, 1.0, 0.01) << p << ' ' << beta;
      EXPECT_NEAR(std::exp(fit.knee->log_beta) / beta, 1.0, 0.01) << p << ' ' << beta;
      EXPECT_NEAR(fit.knee->p / p, 1.0, 0.01) << p << ' ' << beta;
      EXPECT_LT(mean_log_error(*fit.knee, points), 1e-3);
      EXPECT_GT(mean_log_error_hard(*fit.knee, points), mean_log_error(*fit.knee, points));
    }
  }
}

TEST(RooflineKnee, AHardKneeIsTheLargestP) {
  std::vector<KneePoint> points;
  for (const double intensity : dial()) {
    points.push_back({std::log(intensity), std::log(std::min(50.0, 20.0 * intensity))});
  }
  const KneeFit fit = fit_knee(points);
  ASSERT_TRUE(fit.knee);
  EXPECT_GT(fit.knee->p, 19.0);
  EXPECT_NEAR(std::exp(fit.knee->log_pi), 50.0, 0.5);
}

// One wild point among sixteen does not move a least absolute deviation.
TEST(RooflineKnee, OneWildPointIsNoMatter) {
  auto points = points_of(50e9, 25e9, 3.0, dial());
  points[2].log_rate -= 1.0;
  const KneeFit fit = fit_knee(points);
  ASSERT_TRUE(fit.knee);
  EXPECT_NEAR(std::exp(fit.knee->log_beta) / 25e9, 1.0, 0.03);
  EXPECT_NEAR(fit.knee->p / 3.0, 1.0, 0.05);
}

TEST(RooflineKnee, SaysWhyThereIsNone) {
  EXPECT_THAT(fit_knee(points_of(1, 1, 2, {1, 2, 3})).reason, HasSubstr("3 usable intensities: a knee needs 4"));
  std::vector<KneePoint> flat(6);
  for (std::size_t i = 0; i < flat.size(); ++i) {
    flat[i] = {std::log(1.0 + static_cast<double>(i)), 10.0 + std::log(1.0 + static_cast<double>(i))};
  }
  EXPECT_THAT(fit_knee(flat).reason, HasSubstr("or none to its right"));
}

TEST(RooflineKnee, ARefitFromNearbyFindsTheSame) {
  const auto points = points_of(50e9, 25e9, 3.0, dial());
  const auto refit = refit_knee(points, {.log_pi = std::log(48e9), .log_beta = std::log(27e9), .p = 4.5});
  ASSERT_TRUE(refit);
  EXPECT_NEAR(std::exp(refit->log_pi) / 50e9, 1.0, 0.02);
  EXPECT_NEAR(refit->p / 3.0, 1.0, 0.08);
}

}  // namespace
}  // namespace assay
