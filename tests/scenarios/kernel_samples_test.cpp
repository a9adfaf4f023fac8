#include "scenarios/kernel_samples.hpp"

#include <gtest/gtest.h>

#include "scenarios/prepared_kernels.hpp"
#include "tests/scenarios/fake_kernel.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using test_support::FakeKernel;

/// 100 ns a step; every second timed sample is disturbed, or all of them.
class FakeSampler final : public Sampler {
 public:
  [[nodiscard]] TeamObservation sample(const TeamWork& work, const SampleRequest& request) override {
    work(0, 1);
    last = request;
    const bool timed = request.pause > 0ns;
    taken += timed ? 1 : 0;
    const bool disturbed = timed && (always || taken % 2 == 1);
    return {.elapsed = Nanoseconds{100 * static_cast<std::int64_t>(request.iterations)},
            .iterations = request.iterations,
            .clock_hz = clock_hz,
            .contamination = disturbed ? Contamination::preempted : Contamination::none};
  }
  SampleRequest last;
  std::uint64_t taken = 0;
  bool always = false;
  std::optional<double> clock_hz = 2e9;
};

class KernelSamplesTest : public ::testing::Test {
 protected:
  FakeSampler sampler;
  FakeKernel kernel{FakeKernel::Fault::none};
};

TEST_F(KernelSamplesTest, ASampleIsAsLongAsPlanned) {
  KernelSamples samples(sampler, kernel, {});
  EXPECT_EQ(samples.steps_per_sample(), 7000U);  // 700 us of 100 ns
  ASSERT_TRUE(samples.next_clean());
  EXPECT_EQ(sampler.last.iterations, 7000U);
  EXPECT_EQ(sampler.last.warm_iterations, 700U);
  EXPECT_EQ(sampler.last.pause, 350us);
}

TEST_F(KernelSamplesTest, RepeatsDisturbedSamplesAndCountsThem) {
  KernelSamples samples(sampler, kernel, {.steps_per_sample = 1000});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(samples.next_clean());
  }
  const SampleTotals& totals = samples.totals();
  EXPECT_EQ(totals.clean_count, 3U);
  EXPECT_EQ(totals.contaminated_count, 3U);
  EXPECT_EQ(totals.clean_share(), 0.5);
  EXPECT_EQ(totals.steps, 3000U);
  EXPECT_DOUBLE_EQ(totals.seconds, 300e-6);
  EXPECT_DOUBLE_EQ(totals.cycles, 600e3);
  EXPECT_EQ(totals.cycle_steps, 3000U);
  EXPECT_EQ(totals.median_clock_hz(), 2e9);
}

TEST_F(KernelSamplesTest, GivesUpWhereNothingIsClean) {
  sampler.always = true;
  KernelSamples samples(sampler, kernel, {.steps_per_sample = 10});
  EXPECT_FALSE(samples.next_clean());
  EXPECT_EQ(samples.totals().contaminated_count, static_cast<std::uint64_t>(KernelSamples::kMostTries));
  EXPECT_EQ(samples.totals().clean_count, 0U);
}

TEST_F(KernelSamplesTest, AnUnknownClockStaysUnknown) {
  sampler.clock_hz = std::nullopt;
  KernelSamples samples(sampler, kernel, {.steps_per_sample = 10});
  ASSERT_TRUE(samples.next_clean());
  EXPECT_FALSE(samples.totals().median_clock_hz());
  EXPECT_EQ(samples.totals().cycle_steps, 0U);
}

TEST_F(KernelSamplesTest, AStepIsABatchWhereOneIsAskedFor) {
  EXPECT_EQ(KernelSamples(sampler, kernel, {}).step().work.count, 2U);
  FakeKernel::largest_batch = 0;
  const KernelSamples batch(sampler, kernel, {.batch = 8});
  EXPECT_EQ(batch.step().work.count, 16U);
  EXPECT_EQ(batch.step().traffic.count, 64U);
  EXPECT_EQ(FakeKernel::largest_batch, 8U);
}

int g_made = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): make is a plain function

std::unique_ptr<Kernel> make_counted(const std::map<std::string, std::string>&) {
  ++g_made;
  return std::make_unique<FakeKernel>(FakeKernel::Fault::none);
}

TEST(PreparedKernels, KeepsWhatFitsAndDropsTheOldest) {
  g_made = 0;
  const KernelEntry entry{.name = "fake", .make = make_counted};  // 8 bytes each
  const auto choice = [&entry](const char* n) { return KernelChoice{.entry = &entry, .parameters = {{"n", n}}}; };
  PreparedKernels kernels(Bytes{16});
  Kernel& first = kernels.get(choice("1"));
  (void)kernels.get(choice("2"));
  EXPECT_EQ(&kernels.get(choice("1")), &first);
  EXPECT_EQ(g_made, 2);
  (void)kernels.get(choice("3"));  // in the place of "2", which was asked for longest ago
  EXPECT_EQ(kernels.size(), 2U);
  EXPECT_EQ(&kernels.get(choice("1")), &first);
  EXPECT_EQ(g_made, 3);
  (void)kernels.get(choice("2"));
  EXPECT_EQ(g_made, 4);
}

TEST(PreparedKernels, HoldsOneThatExceedsTheBudgetAlone) {
  const KernelEntry entry{.name = "fake", .make = make_counted};
  PreparedKernels kernels(Bytes{0});
  (void)kernels.get({.entry = &entry, .parameters = {}});
  (void)kernels.get({.entry = &entry, .parameters = {{"n", "1"}}});
  EXPECT_EQ(kernels.size(), 1U);
}

}  // namespace
}  // namespace assay
