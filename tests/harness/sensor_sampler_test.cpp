#include "harness/sensor_sampler.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "harness/simulated_clock.hpp"
#include "harness/steady_clock.hpp"
#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Each reading of its account is 1 ms of CPU time later.
class GivenMeter final : public ThreadMeter {
 public:
  [[nodiscard]] ThreadUse read() const noexcept override { return {.cpu_time = used_ += 1ms}; }

 private:
  mutable Nanoseconds used_{0};
};

/// CPU 3 runs at 3 GHz; nothing is known of another. A probe takes `cost`.
class GivenProbe final : public CoreClockProbe {
 public:
  explicit GivenProbe(SimulatedClock& clock) : clock_(clock) {}
  [[nodiscard]] std::optional<double> clock_hz(int cpu) override {
    clock_.spend(cost);
    return cpu == 3 ? std::optional{3e9} : std::nullopt;
  }
  Nanoseconds cost{0};

 private:
  SimulatedClock& clock_;
};

struct Bench {
  GivenFiles files{{"/sys/class/powercap/intel-rapl:0/name", "package-0"},
                   {"/sys/class/powercap/intel-rapl:0/energy_uj", "900000000"},
                   {"/sys/class/powercap/intel-rapl:0/max_energy_range_uj", "1000000000"},
                   {"/proc/stat", "cpu 0 0 0 0 0 0 0 0"}};
  SimulatedClock clock;
  GivenMeter meter;
  GivenProbe probe{clock};
  SamplerOptions options{.period = 1s, .most_samples = 10, .probe_cpus = {3, 4}};

  SensorSampler sampler() {
    return {discover_sensors(files, {}, Unavailable{"no GPU"}), {files, clock, meter, probe}, options};
  }
  /// 200 ticks a second on two CPUs: 100 idle, 80 busy, 20 stolen.
  void let_pass(int second) {
    clock.at(Instant{std::chrono::seconds{second}} - 1ms, [this, second] {
      files.set("/proc/stat", fmt::format("cpu {} 0 0 {} 0 0 0 {}", 80 * second, 100 * second, 20 * second));
      const int joules = (900 + 50 * second) % 1000;
      files.set("/sys/class/powercap/intel-rapl:0/energy_uj", fmt::format("{}000000", joules));
    });
  }
};

TEST(SensorSampler, TakesOneSampleAPeriodUntilItIsStopped) {
  Bench bench;
  std::stop_source stop;
  for (int second = 1; second <= 4; ++second) {
    bench.let_pass(second);
  }
  bench.clock.at(Instant{4500ms}, [&stop] { stop.request_stop(); });
  SensorSampler sampler = bench.sampler();
  sampler.run(stop.get_token());
  EXPECT_EQ(bench.clock.now(), Instant{4500ms});
  const SensorSeries series = std::move(sampler).take();
  ASSERT_EQ(series.samples.size(), 4U);
  for (std::size_t i = 0; i < series.samples.size(); ++i) {
    EXPECT_EQ(series.samples[i].sensors.at, Instant{std::chrono::seconds{i + 1}});
    EXPECT_DOUBLE_EQ(series.samples[i].steal.value(), 0.1);
    EXPECT_THAT(series.samples[i].clock_hz, ElementsAre(std::optional{3e9}, std::nullopt));
  }
  EXPECT_NEAR(series.samples[1].foreign.value(), 0.4, 0.1);  // this process takes some of the 80 busy ticks
  EXPECT_EQ(series.missed_count, 0U);
  const auto energy = energy_over(series, 0);  // 950, 0, 50, 100: across the wrap
  ASSERT_TRUE(energy);
  EXPECT_DOUBLE_EQ(energy->joules, 150.0);
  EXPECT_DOUBLE_EQ(energy->mean_power_w(), 50.0);
}

TEST(SensorSampler, StatesItsOwnCost) {
  Bench bench;
  SensorSampler sampler = bench.sampler();
  sampler.begin();  // reads the account at 1 ms
  for (int i = 0; i < 4; ++i) {
    bench.clock.spend(1s);
    sampler.step();
  }
  const SensorSeries series = std::move(sampler).take();
  EXPECT_EQ(series.own_cpu_time, 4ms);
  EXPECT_EQ(series.elapsed, 4s);
  EXPECT_DOUBLE_EQ(series.own_cpu_share().value(), 0.001);
}

TEST(SensorSampler, PeriodsThatPassedAreCountedAndNotMadeUpFor) {
  Bench bench;
  bench.probe.cost = 1250ms;  // two CPUs: 2.5 s a sample
  std::stop_source stop;
  bench.clock.at(Instant{7100ms}, [&stop] { stop.request_stop(); });
  SensorSampler sampler = bench.sampler();
  sampler.run(stop.get_token());
  const SensorSeries series = std::move(sampler).take();
  ASSERT_EQ(series.samples.size(), 3U);  // at 1 s, 4 s and 7 s
  EXPECT_EQ(series.samples[1].sensors.at, Instant{4s});
  EXPECT_EQ(series.samples[2].sensors.at, Instant{7s});
  EXPECT_EQ(series.missed_count, 4U);
}

TEST(SensorSampler, AFullSeriesKeepsItsBeginAndSaysSo) {
  Bench bench;
  bench.options.most_samples = 2;
  SensorSampler sampler = bench.sampler();
  sampler.begin();
  for (int i = 0; i < 5; ++i) {
    bench.clock.spend(1s);
    sampler.step();
  }
  const SensorSeries series = std::move(sampler).take();
  EXPECT_EQ(series.samples.size(), 2U);
  EXPECT_EQ(series.no_room_count, 3U);
}

TEST(SensorSampler, AHiddenAccountGivesNoShares) {
  Bench bench;
  bench.files.forbid("/proc/stat");
  SensorSampler sampler = bench.sampler();
  sampler.begin();
  bench.clock.spend(1s);
  sampler.step();
  const SensorSeries series = std::move(sampler).take();
  EXPECT_FALSE(series.samples.at(0).steal);
  EXPECT_FALSE(series.samples.at(0).foreign);
}

TEST(SensorSampler, BeforeTimeHasPassedThereIsNoShareAndNoEnergy) {
  Bench bench;
  const SensorSeries series = std::move(bench.sampler()).take();
  EXPECT_FALSE(series.own_cpu_share());
  EXPECT_THAT(energy_over(series, 0).reason(), HasSubstr("fewer than two readings"));
  EXPECT_THROW(static_cast<void>(energy_over(series, 1)), std::out_of_range);
}

TEST(SensorSampler, APeriodOfNothingIsRefused) {
  Bench bench;
  bench.options.period = 0ns;
  EXPECT_THROW(static_cast<void>(bench.sampler()), std::invalid_argument);
}

TEST(SensorSampler, AThreadOfItsOwnEndsWhenItIsStopped) {
  const GivenFiles files{{"/proc/stat", "cpu 0 0 0 0 0 0 0 0"}};
  SteadyClock clock;
  const KernelThreadMeter meter;
  SimulatedClock unused;
  GivenProbe probe{unused};
  SensorSampler sampler(discover_sensors(files, {}, Unavailable{"no GPU"}), {files, clock, meter, probe},
                        {.period = 1h, .most_samples = 1});
  SamplerThread thread(sampler, {1 << 30});
  thread.stop();
  const SensorSeries series = std::move(sampler).take();
  EXPECT_TRUE(series.samples.empty());
  EXPECT_THAT(series.departures, ElementsAre(HasSubstr("may not run on CPUs 1073741824")));
}

int nice_of_this_thread() { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); }

/// Keeps how nice the thread is that reads it.
class NiceMeter final : public ThreadMeter {
 public:
  [[nodiscard]] ThreadUse read() const noexcept override {
    nice = nice_of_this_thread();
    return {};
  }
  mutable std::atomic<int> nice{-100};
};

TEST(SensorSampler, AThreadOfItsOwnIsNotLessNiceThanWhoStartsIt) {
  std::thread starter([] {
    const int nice = std::max(10, nice_of_this_thread());
    ASSERT_EQ(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice), 0);
    const GivenFiles files{{"/proc/stat", "cpu 0 0 0 0 0 0 0 0"}};
    SteadyClock clock;
    const NiceMeter meter;
    SimulatedClock unused;
    GivenProbe probe{unused};
    SensorSampler sampler(discover_sensors(files, {}, Unavailable{"no GPU"}), {files, clock, meter, probe},
                          {.period = 1h, .most_samples = 1});
    SamplerThread thread(sampler, {});
    thread.stop();
    EXPECT_EQ(meter.nice, nice);
    EXPECT_THAT(std::move(sampler).take().departures, ElementsAre());
  });
  starter.join();
}

}  // namespace
}  // namespace assay
