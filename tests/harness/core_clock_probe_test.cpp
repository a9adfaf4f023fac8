#include "harness/core_clock_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "harness/steady_clock.hpp"
#include "harness/thread_affinity.hpp"

namespace assay {
namespace {

std::optional<double> fastest_of(std::vector<std::optional<double>> rates) {
  std::size_t next = 0;
  return fastest_stretch(static_cast<int>(rates.size()), [&] { return rates.at(next++); });
}

TEST(CoreClockProbe, TakesTheFastestStretchAndLeavesDisturbedOnesOut) {
  EXPECT_EQ(fastest_of({3.1e9, 3.2e9, 3.0e9}), 3.2e9);
  EXPECT_EQ(fastest_of({std::nullopt, 2.9e9, std::nullopt}), 2.9e9);
  EXPECT_EQ(fastest_of({std::nullopt, std::nullopt, std::nullopt}), std::nullopt);
}

TEST(CoreClockProbe, TheThreadComesBackToItsCpus) {
  SteadyClock clock;
  const KernelThreadMeter meter;
  MovingClockProbe probe(clock, meter);
  const std::vector<int> before = cpus_of_this_thread();
  if (before.empty()) {
    GTEST_SKIP() << "sched_getaffinity does not tell";
  }
  const auto rate = probe.clock_hz(before.back());
  EXPECT_TRUE(!rate || *rate > 0.0);
  EXPECT_EQ(cpus_of_this_thread(), before);
}

TEST(CoreClockProbe, ACpuThatIsNotThereHasNoClock) {
  SteadyClock clock;
  const KernelThreadMeter meter;
  MovingClockProbe probe(clock, meter);
  const std::vector<int> before = cpus_of_this_thread();
  for (const int cpu : {-1, 8191, 1 << 30}) {
    EXPECT_FALSE(probe.clock_hz(cpu)) << cpu;
  }
  EXPECT_EQ(cpus_of_this_thread(), before);
}

}  // namespace
}  // namespace assay
