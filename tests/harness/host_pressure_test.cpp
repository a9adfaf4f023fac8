#include "harness/host_pressure.hpp"

#include <gtest/gtest.h>

#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

TEST(CpuPressure, ReadsTheTotalOfSome) {
  const GivenFiles files{{"/proc/pressure/cpu",
                          "some avg10=1.53 avg60=0.87 avg300=0.24 total=1148211\n"
                          "full avg10=0.00 avg60=0.00 avg300=0.00 total=9\n"}};
  EXPECT_EQ(read_cpu_pressure(files), 1148211us);
}

TEST(CpuPressure, OtherShapesAreNotGuessed) {
  for (const char* text :
       {"", "full avg10=0.00 total=9\n", "some avg10=0.00\nfull total=9\n", "some total=x\n", "some total=-4\n"}) {
    EXPECT_FALSE(read_cpu_pressure(GivenFiles{{"/proc/pressure/cpu", text}})) << text;
  }
  EXPECT_FALSE(read_cpu_pressure(GivenFiles{}));
}

TEST(HostDisturbance, IsWhatTheAccountsGainedInBetween) {
  HostAccount before{.times = CpuTimes{.total_ticks = 1000, .busy_ticks = 100, .steal_ticks = 0, .own = 0s},
                     .pressure = 1s,
                     .at = Instant{10s}};
  HostAccount after{.times = CpuTimes{.total_ticks = 1600, .busy_ticks = 550, .steal_ticks = 30, .own = 3s},
                    .pressure = 1500ms,
                    .at = Instant{12s}};
  const HostDisturbance found = disturbance_between(before, after, 100);
  EXPECT_DOUBLE_EQ(found.steal.value(), 0.05);
  EXPECT_DOUBLE_EQ(found.foreign.value(), 0.25);
  EXPECT_DOUBLE_EQ(found.cpu_pressure.value(), 0.25);
  after.pressure.reset();
  before.times.reset();
  const HostDisturbance hidden = disturbance_between(before, after, 100);
  EXPECT_FALSE(hidden.steal || hidden.foreign || hidden.cpu_pressure);
}

}  // namespace
}  // namespace assay
