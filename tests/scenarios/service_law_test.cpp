#include "scenarios/service_law.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay {
namespace {

using std::chrono::milliseconds;
using Shape = ServiceLaw::Shape;

constexpr std::array kAll{Shape::constant, Shape::exponential, Shape::lognormal, Shape::gamma, Shape::bimodal};
constexpr std::size_t kDraws = 200'000;

ServiceLaw law_of(Shape shape) {
  return {.shape = shape, .mean = milliseconds{10}, .standard_deviation = milliseconds{5}};
}

double stated_deviation_s(const ServiceLaw& law) {
  switch (law.shape) {
    case Shape::constant:
      return 0.0;
    case Shape::exponential:
      return seconds(law.mean);
    default:
      return seconds(law.standard_deviation);
  }
}

TEST(ServiceLaw, DrawsHaveTheStatedMeanAndDeviation) {
  for (const Shape shape : kAll) {
    SCOPED_TRACE(name_of(shape));
    const ServiceLaw law = law_of(shape);
    const auto times = law.draw(kDraws, 7);
    double sum = 0.0;
    double square = 0.0;
    for (const Nanoseconds time : times) {
      sum += seconds(time);
      square += seconds(time) * seconds(time);
    }
    const double mean = sum / kDraws;
    const double deviation = std::sqrt(std::max(0.0, square / kDraws - mean * mean));
    EXPECT_NEAR(mean, 0.010, 0.010 * 0.01);
    EXPECT_NEAR(deviation, stated_deviation_s(law), 0.010 * 0.02);
  }
}

TEST(ServiceLaw, QuantilesInClosedFormMatchTheDraws) {
  for (const Shape shape : kAll) {
    SCOPED_TRACE(name_of(shape));
    const ServiceLaw law = law_of(shape);
    auto times = law.draw(kDraws, 11);
    std::sort(times.begin(), times.end());
    for (const double p : {0.10, 0.50, 0.90, 0.99}) {
      const double found = seconds(times[static_cast<std::size_t>(std::ceil(p * kDraws)) - 1]);
      const double stated = seconds(law.quantile(p));
      EXPECT_NEAR(found, stated, 0.03 * stated) << "p " << p;
    }
  }
}

TEST(ServiceLaw, TheNormalFormulaUnderstatesTheTailOfTheLognormalLaw) {
  // mu + 2.33 sigma = 21.65 ms, the lab's own example; the law's P99 is higher.
  EXPECT_GT(seconds(law_of(Shape::lognormal).quantile(0.99)), 0.010 + 2.33 * 0.005);
}

TEST(ServiceLaw, DrawsFollowFromTheSeedAlone) {
  const ServiceLaw law = law_of(Shape::gamma);
  EXPECT_EQ(law.draw(100, 3), law.draw(100, 3));
  EXPECT_NE(law.draw(100, 3), law.draw(100, 4));
}

TEST(ServiceLaw, NamesWhatMakesNoSense) {
  ServiceLaw law = law_of(Shape::bimodal);
  EXPECT_FALSE(law.problem());
  law.standard_deviation = milliseconds{100};
  EXPECT_THAT(law.problem().value_or(""), ::testing::HasSubstr("--sd 0.1s: the bimodal law of mean 0.01s needs less"));
  law.standard_deviation = Nanoseconds{0};
  EXPECT_THAT(law.problem().value_or(""), ::testing::HasSubstr("--sd"));
  law.mean = Nanoseconds{0};
  EXPECT_THAT(law.problem().value_or(""), ::testing::HasSubstr("--mean"));
  law = law_of(Shape::constant);
  law.standard_deviation = Nanoseconds{0};
  EXPECT_FALSE(law.problem());
}

TEST(ServiceLaw, NamesReadBack) {
  for (const Shape shape : kAll) {
    EXPECT_EQ(law_shape_from_name(name_of(shape)), shape);
  }
  EXPECT_FALSE(law_shape_from_name("normal"));
}

}  // namespace
}  // namespace assay
