#include "scenarios/machine_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SpreadCpus, TakesFewOfManyEvenly) {
  EXPECT_THAT(spread_cpus({3, 1, 1, 2}, 8), ElementsAre(1, 2, 3));
  EXPECT_THAT(spread_cpus({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 4), ElementsAre(0, 2, 5, 7));
  EXPECT_THAT(spread_cpus({1, 2}, 0), IsEmpty());
}

TEST(MachineWatch, TakesASeriesOnThisMachineAndCanBeginAgain) {
  MachineWatch watch({.period = 5ms, .longest = 1s, .probe_cpus = {}, .home_cpus = {}});
  SteadyClock clock;
  for (int round = 0; round < 2; ++round) {
    watch.begin();
    clock.wait_until(clock.now() + 60ms);
    const WatchedSeries watched = watch.end();
    ASSERT_THAT(watched.series.samples, SizeIs(Ge(1U)));
    EXPECT_GT(watched.series.samples.front().sensors.at, watched.begin);
    EXPECT_EQ(watched.series.period, 5ms);
    EXPECT_GT(watched.series.absences.size() + watched.series.sensors.size(), 0U);
  }
}

}  // namespace
}  // namespace assay
