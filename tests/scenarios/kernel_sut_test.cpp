#include "scenarios/kernel_sut.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/machine.hpp"
#include "loadgen/load_generator.hpp"
#include "scenarios/dilation.hpp"
#include "scenarios/output_check.hpp"
#include "tests/scenarios/fake_kernel.hpp"

namespace assay {
namespace {

using test_support::fake_entry;
using test_support::FakeKernel;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Fault = FakeKernel::Fault;

std::vector<int> some_cpus() {
  const auto allowed = detect_machine().allowed_cpus();
  return {allowed.begin(), allowed.begin() + std::min<std::ptrdiff_t>(2, std::ssize(allowed))};
}

KernelSut::Options options(std::size_t max_batch = 1) {
  return {.worker_cpus = some_cpus(),
          .wait = {.spin_margin = Nanoseconds{0}, .signal_spin = Nanoseconds{0}},
          .batching = {.max_batch = max_batch}};
}

TestSettings settings(Scenario scenario) {
  TestSettings test = TestSettings::defaults_for(scenario);
  test.min_duration = std::chrono::milliseconds{1};
  test.min_query_count = 200;
  test.server_target_qps = 20'000;
  return test;
}

TestResult run(KernelSut& system, const TestSettings& test) {
  KernelSampleLibrary library(system.kernel());
  SteadyClock clock({.spin_margin = Nanoseconds{0}, .signal_spin = Nanoseconds{0}});
  return run_test(test, system, library, {.clock = clock});
}

TEST(KernelSut, AnswersEveryQueryInEachScenario) {
  KernelSut system(fake_entry<Fault::none>(), options());
  EXPECT_TRUE(system.verification().passed);
  for (const Scenario scenario : kAllScenarios) {
    SCOPED_TRACE(title_of(scenario));
    const TestResult result = run(system, settings(scenario));
    EXPECT_EQ(result.end_cause, EndCause::complete);
    EXPECT_TRUE(result.errors.empty());
    EXPECT_GE(result.sample_count(), 200U);
    const ResponseCheck check = check_responses(result.responses, system.kernel());
    EXPECT_TRUE(check.passed) << check.text();
  }
}

TEST(KernelSut, AWrongAnswerIsFoundInAPerformanceRun) {
  KernelSut system(fake_entry<Fault::wrong_sample_three>(), options());
  const TestResult result = run(system, settings(Scenario::offline));
  const ResponseCheck check = check_responses(result.responses, system.kernel());
  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.text(), HasSubstr("sample 3"));
}

TEST(KernelSut, AWrongAnswerIsFoundInAnAccuracyRun) {
  KernelSut system(fake_entry<Fault::wrong_sample_three>(), options());
  TestSettings test = settings(Scenario::single_stream);
  test.mode = TestMode::accuracy;
  const TestResult result = run(system, test);
  EXPECT_EQ(result.responses.size(), FakeKernel::kSamples);
  EXPECT_FALSE(check_responses(result.responses, system.kernel()).passed);
}

TEST(KernelSut, OfflineFindsFullBatches) {
  FakeKernel::largest_batch = 0;
  KernelSut system(fake_entry<Fault::none>(), options(FakeKernel::kMaxBatch));
  const TestResult result = run(system, settings(Scenario::offline));
  EXPECT_TRUE(result.errors.empty());
  EXPECT_EQ(FakeKernel::largest_batch, FakeKernel::kMaxBatch);
}

TEST(KernelSut, WithoutBatchingNoBatchIsMade) {
  FakeKernel::largest_batch = 0;
  KernelSut system(fake_entry<Fault::none>(), options());
  (void)run(system, settings(Scenario::offline));
  EXPECT_EQ(FakeKernel::largest_batch, 1U);
}

TEST(KernelSut, AnEmulatedClockSlowsTheQueriesOfARunAndNotTheWarmUp) {
  EmulatedClock emulated;
  emulated.set_factor(0.5);
  auto slowed = options();
  slowed.manner.emulated = &emulated;
  KernelSut system(fake_entry<Fault::none>(), slowed);
  (void)system.warm_up(std::chrono::milliseconds{1}, {});
  EXPECT_EQ(emulated.busy(), Nanoseconds{0});
  const TestResult result = run(system, settings(Scenario::single_stream));
  Nanoseconds latency{0};
  for (const QueryRecord& record : result.records) {
    latency += Nanoseconds{record.completed_ns - record.issued_ns};
  }
  // The spinning that the dilator reported is a part of what the queries took.
  EXPECT_GT(emulated.busy(), Nanoseconds{0});
  EXPECT_GE(latency, emulated.busy());
  EXPECT_THAT(system.accounts().not_available, HasSubstr("the emulated clock"));
}

TEST(KernelSut, RunsAgainInOneProcess) {
  KernelSut system(fake_entry<Fault::none>(), options());
  EXPECT_TRUE(run(system, settings(Scenario::server)).errors.empty());
  EXPECT_TRUE(run(system, settings(Scenario::server)).errors.empty());
}

TEST(KernelSut, HedgedQueriesAreAnsweredOnceEach) {
  auto hedged = options(4);
  hedged.worker_cpus = {some_cpus().front(), some_cpus().back()};
  hedged.manner = {.all_cpus = some_cpus()};
  hedged.hedge = HedgeRequest{.after = std::chrono::microseconds{10}};
  KernelSut system(fake_entry<Fault::none>(), hedged);
  for (const Scenario scenario : {Scenario::single_stream, Scenario::server}) {
    SCOPED_TRACE(title_of(scenario));
    FakeKernel::gate.arm();
    const TestResult result = run(system, settings(scenario));
    FakeKernel::gate.disarm();
    EXPECT_EQ(result.end_cause, EndCause::complete);
    EXPECT_TRUE(result.errors.empty());
    EXPECT_TRUE(check_responses(result.responses, system.kernel()).passed);
    const HedgeRecord record = system.hedge().value();
    EXPECT_GE(record.sent, record.started + record.dropped);
    EXPECT_GE(record.started, record.won);
    EXPECT_EQ(record.no_room_count, 0U);
    if (scenario == Scenario::single_stream) {  // in Server the second call may be another query
      EXPECT_GE(record.started, 1U);
    }
    EXPECT_FALSE(system.accounts().not_available.empty());
  }
}

TEST(KernelSut, ARunWithoutTheThreadThatSendsCopiesIsNone) {
  auto hedged = options();
  hedged.worker_cpus = {some_cpus().front(), some_cpus().back()};
  hedged.manner = {.all_cpus = {100'000}};  // of the sending thread only: workers are pinned
  hedged.hedge = HedgeRequest{.after = std::chrono::microseconds{10}};
  KernelSut system(fake_entry<Fault::none>(), hedged);
  EXPECT_THROW((void)run(system, settings(Scenario::single_stream)), std::runtime_error);
}

TEST(KernelSut, TheTimeToHedgeAfterComesFromTheWarmUp) {
  auto hedged = options();
  hedged.worker_cpus = {some_cpus().front(), some_cpus().back()};
  hedged.hedge = HedgeRequest{};
  KernelSut system(fake_entry<Fault::none>(), hedged);
  EXPECT_THROW((void)run(system, settings(Scenario::single_stream)), std::logic_error);
  (void)system.warm_up(std::chrono::milliseconds{2}, {});
  EXPECT_TRUE(run(system, settings(Scenario::single_stream)).errors.empty());
  const HedgeRecord record = system.hedge().value();
  EXPECT_GT(record.after_s, 0.0);
  EXPECT_THAT(record.rule, AllOf(HasSubstr("p95 of "), HasSubstr(" runs in the warm-up")));
}

TEST(KernelSut, WarmUpReportsWhatItRan) {
  KernelSut system(fake_entry<Fault::none>(), options(4));
  const WarmUp warm = system.warm_up(std::chrono::milliseconds{2}, {});
  EXPECT_GE(warm.run_count, 2 * some_cpus().size());
  EXPECT_GT(warm.samples_per_s, 0.0);
  EXPECT_GT(warm.service_time_median, Nanoseconds{0});
}

TEST(KernelSut, FailedVerificationIsKept) {
  KernelSut system(fake_entry<Fault::verify_fails>(), options());
  EXPECT_FALSE(system.verification().passed);
  EXPECT_EQ(system.verification().detail, "element 7");
}

TEST(KernelSut, RefusesABatchThatTheKernelCannotTake) {
  try {
    KernelSut system(fake_entry<Fault::none>(), options(9));
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "workload fake: batch 9 asked for, it takes 1 to 8");
  }
}

TEST(KernelSut, RefusesToWorkWithoutACpu) {
  auto none = options();
  none.worker_cpus.clear();
  EXPECT_THROW(KernelSut(fake_entry<Fault::none>(), none), std::invalid_argument);
}

TEST(KernelSut, AWorkerThatCannotBePinnedSaysSo) {
  auto absent = options();
  absent.worker_cpus = {100'000};
  EXPECT_THROW(KernelSut(fake_entry<Fault::none>(), absent), std::runtime_error);
}

}  // namespace
}  // namespace assay
