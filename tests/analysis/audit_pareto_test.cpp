#include "analysis/audit_pareto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "analysis/repeat_ratio.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;

AuditSystem system_of(const char* letter, std::vector<double> rates, std::vector<double> p99s, double price) {
  AuditSystem system{.letter = letter, .name = "box"};
  system.lighthouse.samples_per_s = std::move(rates);
  system.lighthouse.p99_s = std::move(p99s);
  system.throughput.kind = system.p99.kind = FigureKind::measured;
  system.throughput.value = repeats_estimate(system.lighthouse.samples_per_s);
  system.p99.value = repeats_estimate(system.lighthouse.p99_s);
  system.watts.value.reason = "no counter";
  if (price > 0.0) {
    system.price.kind = FigureKind::given;
    system.price.value.point = price;
  }
  return system;
}

const std::vector<double> kSlow{100.0, 101.0, 99.0};
const std::vector<double> kFast{200.0, 201.0, 199.0};
const std::vector<double> kNoisy{100.0, 150.0, 80.0};
const std::vector<double> kShort{0.010, 0.0101, 0.0099};
const std::vector<double> kLong{0.020, 0.0201, 0.0199};

std::vector<ParetoPoint> points_of(const std::vector<AuditSystem>& systems) {
  return pareto_points(systems, audit_axes({"throughput", "p99", "price"}, systems));
}

TEST(Pareto, DominatedIsWhatIsWorseBeyondTheIntervals) {
  const auto points = points_of({system_of("A", kSlow, kLong, 1000.0), system_of("B", kFast, kShort, 1000.0)});
  EXPECT_EQ(points[0].dominated_by, 1U);
  EXPECT_THAT(points[0].sentence, HasSubstr("dominated by B, which is better in throughput and P99"));
  EXPECT_FALSE(points[1].dominated_by);
}

TEST(Pareto, OneAxisWorseKeepsASystemOnTheFront) {
  const auto points = points_of({system_of("A", kSlow, kLong, 500.0), system_of("B", kFast, kShort, 1000.0)});
  EXPECT_FALSE(points[0].dominated_by);
  EXPECT_FALSE(points[1].dominated_by);
}

TEST(Pareto, NoiseDominatesNothing) {
  const auto points =
      points_of({system_of("A", kNoisy, kLong, 1000.0), system_of("B", {120.0, 90.0, 140.0}, kShort, 1000.0)});
  EXPECT_FALSE(points[0].dominated_by);
  EXPECT_THAT(points[0].sentence, HasSubstr("B would dominate it but for throughput"));
}

TEST(Pareto, ASingleRunDecidesNothing) {
  const std::vector<AuditSystem> systems{system_of("A", {100.0}, kLong, 1.0), system_of("B", {500.0}, kShort, 1.0)};
  EXPECT_EQ(order_on(systems[0], systems[1], audit_axes({"throughput"}, systems)[0]), AxisOrder::undecided);
  EXPECT_FALSE(points_of(systems)[0].dominated_by);
}

TEST(Pareto, WithinThreePercentIsEqual) {
  const std::vector<AuditSystem> systems{system_of("A", {1000.0, 1001.0, 999.0}, kShort, 2.0),
                                         system_of("B", {1002.0, 1003.0, 1001.0}, kShort, 1.0)};
  const auto axes = audit_axes({"throughput", "price"}, systems);
  EXPECT_EQ(order_on(systems[0], systems[1], axes[0]), AxisOrder::equal);
  EXPECT_EQ(order_on(systems[0], systems[1], axes[1]), AxisOrder::worse);
  EXPECT_EQ(pareto_points(systems, axes)[0].dominated_by, 1U);
}

TEST(Pareto, AnAxisThatOneSystemLacksIsNotUsedAndSaysWhy) {
  const std::vector<AuditSystem> systems{system_of("A", kSlow, kShort, 0.0), system_of("B", kFast, kShort, 5.0)};
  const auto axes = audit_axes({"throughput", "watts", "price"}, systems);
  EXPECT_TRUE(axes[0].used);
  EXPECT_FALSE(axes[1].used);
  EXPECT_EQ(axes[1].reason, "not available of A: no counter");
  EXPECT_FALSE(axes[2].used);
  EXPECT_THROW((void)audit_axes({"speed"}, systems), std::invalid_argument);
  EXPECT_THROW((void)audit_axes({"price", "price"}, systems), std::invalid_argument);
}

TEST(Pareto, ADatasheetIsNotPlaced) {
  AuditSystem sheet{.letter = "C", .name = "device", .kind = SystemKind::datasheet};
  const auto points =
      points_of({system_of("A", kSlow, kLong, 1.0), system_of("B", kFast, kShort, 1.0), std::move(sheet)});
  EXPECT_FALSE(points[2].placed);
  EXPECT_THAT(points[2].sentence, HasSubstr("a projection is a bound"));
  EXPECT_EQ(points[0].dominated_by, 1U);
}

}  // namespace
}  // namespace assay
