#include "analysis/latency_knees.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

namespace assay {
namespace {

using ::testing::HasSubstr;

constexpr double kKib = 1024;
constexpr double kMib = 1024 * kKib;

/// A level holds `capacity` bytes at `latency_ns`; `smear` octaves beyond its capacity nothing of it is left.
struct Level {
  double capacity = 0;
  double latency_ns = 0;
};

struct Sweep {
  double first = 4 * kKib;
  double last = 512 * kMib;
  int points_per_octave = 4;
  double smear = 0;             ///< octaves
  double noise = 0;             ///< standard deviation of log(latency)
  double drift_per_octave = 0;  ///< of log(latency), beyond the last capacity
};

double latency_at(double bytes, const std::vector<Level>& levels, const Sweep& sweep) {
  double latency = levels.back().latency_ns;
  for (std::size_t i = levels.size() - 1; i-- > 0;) {
    const double over = std::log2(bytes / levels[i].capacity);
    const double kept = over <= 0.01 ? 1.0 : sweep.smear == 0 ? 0.0 : std::max(0.0, 1 - over / sweep.smear);
    latency = kept * levels[i].latency_ns + (1 - kept) * latency;
  }
  const double beyond = std::log2(bytes / levels[levels.size() - 2].capacity);
  return latency * std::exp(sweep.drift_per_octave * std::max(0.0, beyond));
}

std::vector<LatencyPoint> curve(const std::vector<Level>& levels, const Sweep& sweep, unsigned seed = 1) {
  std::mt19937 bits(seed);
  std::normal_distribution<double> normal;
  std::vector<LatencyPoint> points;
  const int steps = static_cast<int>(std::lround(std::log2(sweep.last / sweep.first) * sweep.points_per_octave));
  for (int i = 0; i <= steps; ++i) {
    const double bytes = sweep.first * std::exp2(static_cast<double>(i) / sweep.points_per_octave);
    points.push_back({.bytes = static_cast<std::uint64_t>(std::lround(bytes / 64)) * 64,
                      .latency_ns = latency_at(bytes, levels, sweep) * std::exp(sweep.noise * normal(bits))});
  }
  return points;
}

/// Sizes within a step and a half of the grid around a power of two.
void expect_near(std::uint64_t found, double expected) {
  EXPECT_LE(std::fabs(std::log2(static_cast<double>(found) / expected)), 0.4) << found << " against " << expected;
}

void expect_capacities(const LatencyKnees& knees, const std::vector<Level>& levels) {
  EXPECT_EQ(knees.reason, "");
  ASSERT_EQ(knees.plateaus.size(), levels.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_NEAR(knees.plateaus[i].latency_ns, levels[i].latency_ns, 0.2 * levels[i].latency_ns);
    ASSERT_EQ(knees.plateaus[i].beyond_bytes.has_value(), i + 1 < levels.size());
    if (knees.plateaus[i].beyond_bytes) {
      expect_near(knees.plateaus[i].last_bytes, levels[i].capacity);
      EXPECT_GT(*knees.plateaus[i].beyond_bytes, knees.plateaus[i].last_bytes);
    }
  }
}

const std::vector<Level> kZen3{{32 * kKib, 1.23}, {512 * kKib, 3.8}, {32 * kMib, 14}, {0, 95}};
const std::vector<Level> kSkylakeServer{{32 * kKib, 1.4}, {1024 * kKib, 4.6}, {24 * kMib, 21}, {0, 90}};
const std::vector<Level> kApple{{128 * kKib, 0.95}, {12 * kMib, 5.5}, {0, 105}};

TEST(LatencyKnees, SharpStepsAreFoundExactly) {
  const LatencyKnees knees = find_latency_knees(curve(kZen3, {}));
  expect_capacities(knees, kZen3);
  EXPECT_EQ(knees.plateaus[0].last_bytes, 32U * 1024);
  EXPECT_EQ(knees.plateaus[1].last_bytes, 512U * 1024);
  EXPECT_EQ(knees.plateaus[2].last_bytes, 32U << 20);
}

TEST(LatencyKnees, SmearedAndNoisyStepsAreFoundNearby) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const Sweep sweep{.smear = 1.0, .noise = 0.04};
    expect_capacities(find_latency_knees(curve(kZen3, sweep, seed)), kZen3);
    expect_capacities(find_latency_knees(curve(kSkylakeServer, sweep, seed)), kSkylakeServer);
    expect_capacities(find_latency_knees(curve(kApple, sweep, seed)), kApple);
  }
}

TEST(LatencyKnees, SingleDisturbedPointsDoNotMatter) {
  std::vector<LatencyPoint> points = curve(kZen3, {});
  for (std::size_t i = 3; i < points.size(); i += 9) {
    points[i].latency_ns *= 3;
  }
  expect_capacities(find_latency_knees(points), kZen3);
}

TEST(LatencyKnees, TheOrderOfThePointsDoesNotMatter) {
  std::vector<LatencyPoint> points = curve(kApple, {});
  std::reverse(points.begin(), points.end());
  expect_capacities(find_latency_knees(points), kApple);
}

TEST(LatencyKnees, SlowDriftOfSmallPagesSplitsNothing) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const Sweep sweep{.smear = 1.0, .noise = 0.03, .drift_per_octave = 0.09};
    const LatencyKnees knees = find_latency_knees(curve(kZen3, sweep, seed));
    ASSERT_EQ(knees.plateaus.size(), 4U);
    EXPECT_FALSE(knees.plateaus[3].beyond_bytes);
    expect_near(knees.plateaus[2].last_bytes, 32 * kMib);
  }
}

// Measured by the kernel "chase" on a Zen 3 guest that shares its "32 MiB" cache with other guests, while compilers ran
// on both of its cores: median ns, four sizes an octave from 4 KiB on.
constexpr std::array<double, 65> kGuestHugePages{
    1.29, 1.27, 1.27, 1.37, 1.34, 1.34, 1.41, 1.39, 1.33, 1.35, 1.47, 1.95, 2.65, 3.76, 3.79, 3.83, 3.75,
    3.95, 4.01, 4.04, 4.34, 4.68, 6.11, 8.86, 6.76, 6.08, 8.64, 9.46, 14.3, 14.4, 15.4, 17,   16.5, 17.1,
    20.4, 25,   34.8, 89.5, 107,  101,  134,  129,  123,  134,  132,  134,  148,  161,  146,  155,  145,
    155,  143,  155,  171,  149,  185,  162,  184,  198,  250,  227,  177,  229,  202};
constexpr std::array<double, 65> kGuestSmallPages{
    1.35, 1.31, 1.31, 1.31, 1.32, 1.31, 1.33, 1.35, 1.36, 1.41, 1.56, 1.39, 2.75, 3.78, 3.83, 3.91, 3.7,
    4.15, 4.39, 4.64, 4.16, 4.46, 5.51, 8.38, 10.2, 12.2, 14.4, 11.5, 14.2, 17.3, 17.1, 18.4, 19.8, 31.1,
    34.5, 45.3, 127,  137,  126,  127,  123,  152,  138,  149,  163,  184,  191,  175,  189,  152,  179,
    186,  200,  214,  244,  230,  267,  304,  293,  295,  322,  341,  359,  355,  306};

std::vector<LatencyPoint> measured(std::span<const double> latencies) {
  std::vector<LatencyPoint> points;
  for (const double latency : latencies) {
    const double bytes = 4096 * std::exp2(static_cast<double>(points.size()) / 4);
    points.push_back({.bytes = static_cast<std::uint64_t>(bytes) / 64 * 64, .latency_ns = latency});
  }
  return points;
}

const std::vector<Bytes> kReportedByTheGuest{Bytes{32 << 10}, Bytes{512 << 10}, Bytes{32 << 20}};

TEST(LatencyKnees, ASharedCacheIsAsSmallAsItBehaves) {
  const LatencyKnees knees = find_latency_knees(measured(kGuestHugePages));
  EXPECT_EQ(knees.reason, "");
  EXPECT_EQ(knees.plateaus.size(), 4U);
  const auto capacities = measured_capacities(knees, kReportedByTheGuest);
  EXPECT_EQ(capacities[0]->count, 23168U);
  EXPECT_EQ(capacities[1]->count, 155840U);
  EXPECT_EQ(capacities[2]->count, 1246912U);
}

TEST(LatencyKnees, TheDriftOfSmallPagesIsNotTakenForACache) {
  const LatencyKnees knees = find_latency_knees(measured(kGuestSmallPages));
  ASSERT_FALSE(knees.plateaus.empty());
  EXPECT_FALSE(knees.plateaus.back().beyond_bytes);
  EXPECT_EQ(knees.plateaus.back().first_bytes, 2U << 20);
  const auto capacities = measured_capacities(knees, kReportedByTheGuest);
  EXPECT_TRUE(capacities[0]);
  EXPECT_TRUE(capacities[1]);
  EXPECT_THAT(capacities[2].reason(), HasSubstr("no plateau of the latency ends between"));
}

TEST(LatencyKnees, AFlatCurveHasNone) {
  const LatencyKnees knees = find_latency_knees(curve({{kMib, 5}, {0, 5}}, {.noise = 0.03}));
  ASSERT_EQ(knees.plateaus.size(), 1U);
  EXPECT_FALSE(knees.plateaus[0].beyond_bytes);
  EXPECT_EQ(knees.reason, "the latency is the same for all sizes: the sweep shows no cache");
}

TEST(LatencyKnees, ASteadyRiseHasNone) {
  std::vector<LatencyPoint> points;
  for (int i = 0; i < 60; ++i) {
    points.push_back({.bytes = static_cast<std::uint64_t>(4096 * std::exp2(i / 4.0)), .latency_ns = std::exp(0.1 * i)});
  }
  EXPECT_EQ(find_latency_knees(points).reason, "no stretch of sizes has a constant latency");
}

TEST(LatencyKnees, ASweepThatEndsOnTheWayUpSaysSo) {
  const LatencyKnees knees = find_latency_knees(curve(kZen3, {.last = 700 * kKib, .smear = 2}));
  ASSERT_FALSE(knees.plateaus.empty());
  EXPECT_THAT(knees.reason, HasSubstr("the latency reaches no new plateau"));
}

TEST(LatencyKnees, BadInputIsAReason) {
  EXPECT_THAT(find_latency_knees({}).reason, HasSubstr("0 sizes were measured; it takes 8 or more"));
  std::vector<LatencyPoint> points = curve(kApple, {});
  EXPECT_THAT(find_latency_knees(std::span(points).first(7)).reason, HasSubstr("7 sizes"));
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    std::vector<LatencyPoint> broken = points;
    broken[3].latency_ns = bad;
    EXPECT_THAT(find_latency_knees(broken).reason, HasSubstr("not a positive number"));
    EXPECT_TRUE(find_latency_knees(broken).plateaus.empty());
  }
  points[4].bytes = points[5].bytes;
  EXPECT_THAT(find_latency_knees(points).reason, HasSubstr("given twice"));
}

TEST(MeasuredCapacities, MemorySeenThroughPageWalksIsNoCache) {
  LatencyKnees knees{
      .plateaus = {{.latency_ns = 136, .first_bytes = 2 << 20, .last_bytes = 24 << 20, .beyond_bytes = 28 << 20},
                   {.latency_ns = 306, .first_bytes = 80 << 20, .last_bytes = 256 << 20}},
      .reason = ""};
  const std::vector<Bytes> reported{Bytes{32 << 20}};
  EXPECT_FALSE(measured_capacities(knees, reported)[0]);
  knees.plateaus[0].latency_ns = 40;
  EXPECT_EQ(measured_capacities(knees, reported)[0]->count, 24U << 20);
}

TEST(MeasuredCapacities, ACacheWithoutAPlateauSaysWhy) {
  const LatencyKnees knees{
      .plateaus = {{.latency_ns = 1, .first_bytes = 4096, .last_bytes = 32768, .beyond_bytes = 40960},
                   {.latency_ns = 90, .first_bytes = 1 << 20, .last_bytes = 1 << 28}},
      .reason = ""};
  const std::vector<Bytes> reported{Bytes{32768}, Bytes{524288}};
  const auto capacities = measured_capacities(knees, reported);
  ASSERT_EQ(capacities.size(), 2U);
  EXPECT_EQ(*capacities[0], Bytes{32768});
  EXPECT_EQ(capacities[1].reason(), "no plateau of the latency ends between 49152 and 786432 bytes");
  EXPECT_TRUE(measured_capacities(knees, {}).empty());
}

}  // namespace
}  // namespace assay
