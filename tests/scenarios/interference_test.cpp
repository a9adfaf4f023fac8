#include "scenarios/interference/interference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "harness/simulated_clock.hpp"
#include "scenarios/interference/stress_ng.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Takes exactly the share that was asked for, by the clock of the test.
class FakeInjector final : public Injector {
 public:
  FakeInjector(const InjectorOrder& order, const Clock& clock, double share)
      : cpu_(order.cpu), clock_(clock), begin_(clock.now()), share_(share) {}
  [[nodiscard]] int cpu() const override { return cpu_; }
  [[nodiscard]] std::optional<InjectorUse> use() const override {
    if (gone) {
      return std::nullopt;
    }
    return InjectorUse{.cpu_time = from_seconds(share_ * seconds(clock_.now() - begin_))};
  }
  [[nodiscard]] std::string scheduling() const override { return "SCHED_FIFO 60"; }
  [[nodiscard]] std::string source() const override { return "own"; }
  [[nodiscard]] std::vector<Nanoseconds> lengths(std::uint64_t /*since*/) const override { return {}; }
  bool gone = false;

 private:
  int cpu_;
  const Clock& clock_;
  Instant begin_;
  double share_;
};

class InterferenceTest : public ::testing::Test {
 protected:
  Interference::Options options(std::vector<int> cpus = {}) {
    InterferenceRequest request;
    request.background_share = 0.5;
    request.cpus = std::move(cpus);
    return {.request = request,
            .place = {.victim_cpus = {1, 2, 2}, .issuing_cpus = {0}, .allowed_cpus = {0, 1, 2, 3}},
            .start = [this](const InjectorOrder& order, const InterferenceRequest&) {
              auto injector = std::make_unique<FakeInjector>(order, clock_, 0.5);
              started_.push_back(injector.get());
              return injector;
            }};
  }

  SimulatedClock clock_;
  std::vector<FakeInjector*> started_;
};

TEST_F(InterferenceTest, LoadsTheVictimsCpusAndKeepsBothAccounts) {
  Interference interference(options(), clock_);
  clock_.wait_until(clock_.now() + 1s);
  interference.note_alone();
  interference.begin_window();
  clock_.wait_until(clock_.now() + 4s);
  const auto doses = interference.doses();
  ASSERT_EQ(doses.size(), 1U);
  EXPECT_THAT(doses[0].cpus, ElementsAre(1, 2));
  EXPECT_NEAR(doses[0].achieved.value_or(0), 0.5, 1e-6);
  EXPECT_NEAR(doses[0].achieved_alone.value_or(0), 0.5, 1e-6);
  EXPECT_TRUE(doses[0].delivered);
}

TEST_F(InterferenceTest, AnInjectorThatDiedIsNotADeliveredDose) {
  Interference interference(options(), clock_);
  clock_.wait_until(clock_.now() + 1s);
  started_[1]->gone = true;
  const auto doses = interference.doses();
  EXPECT_FALSE(doses[0].delivered);
  EXPECT_THAT(doses[0].reason, HasSubstr("CPU 2 was gone before the end"));
}

TEST_F(InterferenceTest, GoesWhereItIsToldAndNowhereElse) {
  const Interference interference(options({0, 3}), clock_);
  EXPECT_THAT(interference.doses()[0].cpus, ElementsAre(0, 3));
  EXPECT_THROW(Interference(options({7}), clock_), std::invalid_argument);
}

// A card that two workers use is loaded once: two halves of its time would be all of it.
TEST_F(InterferenceTest, ADeviceThatTheVictimsShareIsLoadedByOneBesideThem) {
  Interference::Options of_card = options();
  of_card.shares_device = true;
  const Interference interference(of_card, clock_);
  EXPECT_THAT(interference.doses()[0].cpus, ElementsAre(3));
  EXPECT_EQ(started_.size(), 1U);
  of_card.request.cpus = {2, 0};
  EXPECT_THAT(Interference(of_card, clock_).doses()[0].cpus, ElementsAre(2));
}

TEST(StreamCpu, IsOneThatNobodyNeedsIfThereIsOne) {
  EXPECT_EQ(stream_cpu({.victim_cpus = {1}, .issuing_cpus = {0}, .allowed_cpus = {0, 1, 2}}), 2);
  EXPECT_EQ(stream_cpu({.victim_cpus = {1}, .issuing_cpus = {0}, .allowed_cpus = {0, 1}}), 0);
  EXPECT_THROW((void)stream_cpu({}), std::invalid_argument);
}

TEST(StressNg, IsAskedForOneMethodOnOneCpuAndItsOwnEnd) {
  InterferenceRequest request;
  request.background_share = 0.5;
  request.source = InjectorSource::stress_ng;
  const auto arguments = stress_ng_arguments({.knob = Knob::background, .cpu = 3, .time_limit = 90s}, request);
  EXPECT_THAT(arguments, ElementsAre("stress-ng", "--quiet", "--taskset", "3", "--timeout", "90", "--cpu", "1",
                                     "--cpu-method", "fft", "--cpu-load", "50"));
  request.noise = NoiseDose{.rate_per_s = 1, .length = 1ms};
  EXPECT_THROW((void)stress_ng_arguments({.knob = Knob::noise}, request), std::invalid_argument);
}

}  // namespace
}  // namespace assay
