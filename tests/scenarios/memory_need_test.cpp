#include "scenarios/memory_need.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;

TEST(MemoryNeed, CountsOperandsOfEachWorker) {
  const TestSettings settings = TestSettings::defaults_for(Scenario::single_stream);
  EXPECT_EQ(memory_need(settings, Bytes{100}, 3), Bytes{300});
}

TEST(MemoryNeed, CountsTheRecordsThatOfflineAndServerPlan) {
  TestSettings settings = TestSettings::defaults_for(Scenario::offline);
  settings.min_duration = std::chrono::seconds{10};
  settings.offline_expected_qps = 1e6;
  EXPECT_EQ(memory_need(settings, Bytes{0}, 1).count, 11'000'000U * (48 + 24));
  settings.scenario = Scenario::server;
  settings.server_target_qps = 1e6;
  EXPECT_EQ(memory_need(settings, Bytes{0}, 1).count, 10'000'000U * (48 + 24));
}

TEST(MemoryNeed, IsComparedWithWhatTheKernelCallsAvailable) {
  const GivenFiles files({{"/proc/meminfo", "MemTotal:       24099220 kB\nMemAvailable:    2097152 kB\n"}});
  const auto available = memory_available(files);
  EXPECT_EQ(available, Bytes{2 * kGibibyte});
  EXPECT_FALSE(memory_problem(Bytes{2 * kGibibyte}, available));
  EXPECT_THAT(memory_problem(Bytes{3 * kGibibyte}, available).value_or(""),
              ::testing::HasSubstr("needs 3.00 GiB of memory and 2.00 GiB are available: lower --rate"));
}

TEST(MemoryNeed, AHiddenFileRefusesNothing) {
  EXPECT_FALSE(memory_available(GivenFiles({})));
  EXPECT_FALSE(memory_available(GivenFiles({{"/proc/meminfo", "MemAvailable: lots\n"}})));
  EXPECT_FALSE(memory_problem(Bytes{kGibibyte}, std::nullopt));
}

}  // namespace
}  // namespace assay
