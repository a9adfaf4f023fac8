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

TEST(SoakWatch, LooksOnceASecondUnlessTheSoakIsShort) {
  RunRequest request;
  const ThreadPlacement placement{.issuing_cpus = {3}, .worker_cpus = {0, 1, 1}};
  for (const auto& [duration, period] : std::vector<std::pair<Nanoseconds, Nanoseconds>>{
           {1s, 100ms}, {12s, 200ms}, {30s, 500ms}, {59s, 500ms}, {60s, 1s}, {600s, 1s}}) {
    request.settings.min_duration = duration;
    EXPECT_EQ(soak_watch(request, placement).period, period) << seconds(duration);
  }
  EXPECT_EQ(soak_watch(request, placement).longest, 30min) << "twice the length and ten minutes";
  EXPECT_THAT(soak_watch(request, placement).probe_cpus, ElementsAre(0, 1));
  EXPECT_THAT(soak_watch(request, placement).home_cpus, ElementsAre(3));
  EXPECT_THAT(soak_watch(request, {.issuing_cpus = {0}, .worker_cpus = {0, 1}, .shared = true}).home_cpus, IsEmpty());
}

TEST(MachineWatch, TakesASeriesOnThisMachineAndCanBeginAgain) {
  MachineWatch watch({.period = 5ms, .longest = 1s, .probe_cpus = {}, .home_cpus = {}});
  SteadyClock clock;
  for (int round = 0; round < 2; ++round) {
    watch.begin();
    clock.wait_until(clock.now() + 700ms);  // a sample on a crowded machine, too
    const WatchedSeries watched = watch.end();
    ASSERT_THAT(watched.series.samples, SizeIs(Ge(1U)));
    EXPECT_GT(watched.series.samples.front().sensors.at, watched.begin);
    EXPECT_EQ(watched.series.period, 5ms);
    EXPECT_GT(watched.series.absences.size() + watched.series.sensors.size(), 0U);
  }
}

}  // namespace
}  // namespace assay
