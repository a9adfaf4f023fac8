#include "scenarios/synthetic_sut.hpp"

#include <gtest/gtest.h>

#include "harness/machine.hpp"
#include "loadgen/load_generator.hpp"
#include "scenarios/dilation.hpp"

namespace assay {
namespace {

using std::chrono::microseconds;

constexpr WaitPolicy kSleep{.spin_margin = Nanoseconds{0}, .signal_spin = Nanoseconds{0}};

TestResult run(SystemUnderTest& system, TestSettings settings) {
  NumberedSampleLibrary library(64);
  SteadyClock clock(kSleep);
  settings.min_duration = Nanoseconds{0};
  settings.min_query_count = 300;
  return run_test(settings, system, library, {.clock = clock});
}

TEST(SyntheticSut, NoServiceIsShorterThanTheLawSays) {
  const ServiceLaw law{
      .shape = ServiceLaw::Shape::lognormal, .mean = microseconds{50}, .standard_deviation = microseconds{25}};
  constexpr std::uint64_t kSeed = 5;
  SyntheticSut system(law, kSeed, {detect_machine().allowed_cpus().front()}, kSleep);
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = 5'000;
  const TestResult result = run(system, settings);
  ASSERT_EQ(result.records.size(), 300U);
  EXPECT_TRUE(result.errors.empty());
  const auto stated = law.draw(result.records.size(), kSeed);
  for (std::size_t i = 0; i < result.records.size(); ++i) {
    const auto& record = result.records[i];
    ASSERT_TRUE(record.completed());
    EXPECT_GE(record.completed_ns - record.scheduled_ns, stated[i].count()) << "query " << i;
  }
}

TEST(SyntheticSut, HalfTheClockDoublesEveryService) {
  const ServiceLaw law{.shape = ServiceLaw::Shape::constant, .mean = microseconds{20}};
  EmulatedClock emulated;
  emulated.set_factor(0.5);
  SyntheticSut system(law, 1, {detect_machine().allowed_cpus().front()}, kSleep, {.emulated = &emulated});
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = 5'000;
  const TestResult result = run(system, settings);
  ASSERT_EQ(result.records.size(), 300U);
  EXPECT_EQ(emulated.busy(), 300 * microseconds{40});
  for (const QueryRecord& record : result.records) {
    EXPECT_GE(record.completed_ns - record.scheduled_ns, Nanoseconds{microseconds{40}}.count());
  }
}

TEST(SyntheticSut, CompletesEverySampleOfEveryScenario) {
  const ServiceLaw law{.shape = ServiceLaw::Shape::constant, .mean = microseconds{20}};
  SyntheticSut system(law, 1, {detect_machine().allowed_cpus().front()}, kSleep);
  for (const Scenario scenario : kAllScenarios) {
    SCOPED_TRACE(title_of(scenario));
    TestSettings settings = TestSettings::defaults_for(scenario);
    settings.server_target_qps = 20'000;
    const TestResult result = run(system, settings);
    EXPECT_TRUE(result.errors.empty());
    EXPECT_GE(result.records.size(), 300U);
  }
}

TEST(NullSut, CompletesAtOnceAlsoWhenOneCallHoldsMany) {
  NullSut system;
  for (const Scenario scenario : kAllScenarios) {
    SCOPED_TRACE(title_of(scenario));
    TestSettings settings = TestSettings::defaults_for(scenario);
    settings.server_target_qps = 1e6;
    const TestResult result = run(system, settings);
    EXPECT_TRUE(result.errors.empty());
    EXPECT_GE(result.records.size(), 300U);
    for (const QueryRecord& record : result.records) {
      EXPECT_TRUE(record.completed());
    }
  }
}

}  // namespace
}  // namespace assay
