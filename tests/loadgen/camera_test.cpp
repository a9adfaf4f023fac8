// Streams of frames at a fixed rate: when they trigger, and what becomes of a frame that the system has no time for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <stdexcept>
#include <thread>

#include "harness/bounded_queue.hpp"
#include "harness/steady_clock.hpp"
#include "loadgen/load_generator.hpp"
#include "loadgen/schedule.hpp"
#include "tests/loadgen/fake_systems.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using test_support::FakeLibrary;
using test_support::QueueServer;
using test_support::ScriptedSystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TestSettings cameras(const CameraArrivals& process, LateFrames late_frames = LateFrames::queue) {
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.arrivals = process;
  settings.server_target_qps = process.rate_hz();
  settings.late_frames = late_frames;
  settings.min_duration = 0ns;
  settings.min_query_count = 1;
  return settings;
}

std::vector<std::int64_t> arrivals_us(const TestSettings& settings, std::size_t count) {
  const auto schedule = make_schedule(settings);
  std::vector<std::int64_t> times(count);
  for (std::int64_t& time : times) {
    time = schedule->next() / 1us;
  }
  return times;
}

TEST(Cameras, AlignedOnesTriggerTogetherAndStaggeredOnesEvenlyApart) {
  EXPECT_THAT(arrivals_us(cameras({.cameras = 4, .frames_per_s = 100.0, .phase = CameraPhase::aligned}), 9),
              ElementsAre(0, 0, 0, 0, 10'000, 10'000, 10'000, 10'000, 20'000));
  EXPECT_THAT(arrivals_us(cameras({.cameras = 4, .frames_per_s = 100.0, .phase = CameraPhase::staggered}), 9),
              ElementsAre(0, 2500, 5000, 7500, 10'000, 12'500, 15'000, 17'500, 20'000));
  EXPECT_EQ(name_of(ArrivalProcess{CameraArrivals{.cameras = 8, .frames_per_s = 29.97, .phase = CameraPhase::random}}),
            "cameras:8x29.97:random");
}

TEST(Cameras, RandomPhasesComeFromTheSeedAndStay) {
  const CameraArrivals process{.cameras = 5, .frames_per_s = 100.0, .phase = CameraPhase::random};
  TestSettings settings = cameras(process);
  const auto schedule = make_schedule(settings);
  std::vector<Nanoseconds> times(250);
  for (Nanoseconds& time : times) {
    time = schedule->next();
  }
  EXPECT_EQ(times[0], 0ns);
  EXPECT_LT(times[4], 10ms);
  for (std::size_t i = 1; i < times.size(); ++i) {
    EXPECT_LE(times[i - 1], times[i]);
  }
  for (std::size_t i = 0; i + 5 < times.size(); ++i) {  // each its own period later, to the rounding
    EXPECT_LE(std::chrono::abs(times[i + 5] - times[i] - 10ms), 1ns);
  }
  EXPECT_EQ(arrivals_us(settings, 20), arrivals_us(settings, 20));
  TestSettings other = settings;
  other.seeds = Seeds::from(4711);
  EXPECT_NE(arrivals_us(settings, 20), arrivals_us(other, 20));
}

TEST(Cameras, ARunHoldsWholeTriggers) {
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 1us; });
  FakeLibrary library(16);
  TestSettings settings = cameras({.cameras = 8, .frames_per_s = 100.0});
  settings.min_duration = 25ms;  // triggers at 0, 10, 20 and the first one beyond
  EXPECT_EQ(run_test(settings, server, library, {.clock = clock}).query_count, 4U * 8U);
}

TEST(Cameras, OneCallHandsOverTheFramesOfOneTriggerAndNoOthers) {
  // The first call takes 25 ms: the second and third trigger are served late, each by itself.
  SimulatedClock clock;
  ScriptedSystem system([&](std::span<const QuerySample> samples, ResponseSink& sink) {
    if (samples.front().id.position() == 0) {
      clock.spend(25ms);
    }
    test_support::complete_now(samples, sink);
  });
  FakeLibrary library(16);
  TestSettings settings = cameras({.cameras = 4, .frames_per_s = 100.0});
  settings.min_query_count = 16;
  const TestResult aligned = run_test(settings, system, library, {.clock = clock});
  EXPECT_THAT(system.calls, ElementsAre(4, 4, 4, 4));
  EXPECT_EQ(aligned.records[7].issue_delay(), 15ms);
  EXPECT_EQ(aligned.records[12].issue_delay(), 0ms);

  system.calls.clear();
  settings.arrivals = CameraArrivals{.cameras = 4, .frames_per_s = 100.0, .phase = CameraPhase::staggered};
  settings.min_query_count = 4;
  EXPECT_EQ(run_test(settings, system, library, {.clock = clock}).query_count, 4U);
  EXPECT_THAT(system.calls, ElementsAre(1, 1, 1, 1));
}

TEST(Cameras, SaysWhatMakesNoSense) {
  TestSettings settings = cameras({.cameras = 8, .frames_per_s = 30.0});
  settings.server_target_qps = 100.0;
  EXPECT_THAT(settings.problems(), ElementsAre(HasSubstr("cameras:8x30:aligned make 240 a second")));
  settings = cameras({.cameras = 8, .frames_per_s = 30.0});
  settings.issuing_threads = 2;
  EXPECT_THAT(settings.problems(), ElementsAre(HasSubstr("issuing_threads 2: cameras take one")));
  settings = cameras({.cameras = 0, .frames_per_s = 30.0});
  EXPECT_THAT(settings.problems(), ::testing::Contains(HasSubstr("takes 1 to 4096 cameras")));
  settings = TestSettings::defaults_for(Scenario::server);
  settings.late_frames = LateFrames::drop;
  EXPECT_THAT(settings.problems(), ElementsAre(HasSubstr("late_frames drop: only a performance run with camera")));
}

/// Latency in ms by position; -1 for a dropped frame.
std::vector<std::int64_t> latencies_ms(const TestResult& result) {
  std::vector<std::int64_t> latencies;
  for (const QueryRecord& record : result.records) {
    latencies.push_back(record.dropped() ? -1 : record.latency() / 1ms);
  }
  return latencies;
}

TEST(FrameLine, OneCameraStartsAFrameAtATriggerOrNotAtAll) {
  // 100 Hz and 25 ms of work: frame 0 runs until 25, so those of 10 and 20 are dropped; the one of 30 begins at once.
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 25ms; });
  FakeLibrary library(16);
  TestSettings settings = cameras({.cameras = 1, .frames_per_s = 100.0}, LateFrames::drop);
  settings.min_query_count = 7;
  const TestResult result = run_test(settings, server, library, {.clock = clock});
  EXPECT_THAT(latencies_ms(result), ElementsAre(25, -1, -1, 25, -1, -1, 25));
  EXPECT_EQ(result.records[3].started_ns, 30ms / 1ns);
  EXPECT_TRUE(result.errors.empty());
  EXPECT_EQ(result.end_cause, EndCause::complete);
}

TEST(FrameLine, WorkOfExactlyAPeriodDropsNothing) {
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 10ms; });
  FakeLibrary library(16);
  TestSettings settings = cameras({.cameras = 1, .frames_per_s = 100.0}, LateFrames::drop);
  settings.min_query_count = 5;
  EXPECT_THAT(latencies_ms(run_test(settings, server, library, {.clock = clock})), ElementsAre(10, 10, 10, 10, 10));
}

TEST(FrameLine, ANewerFrameTakesThePlaceInLineOfTheOneThatWaits) {
  // Three cameras at 100 Hz, one server of 6 ms. Frames 0 1 2 come at 0, 3 4 5 at 10, 6 7 8 at 20.
  //  0 camera 0 runs frame 0, cameras 1 and 2 wait; 6 camera 1 runs frame 1
  // 10 frame 3 joins the line behind camera 2; frame 4: camera 1 runs, dropped; frame 5 replaces frame 2
  // 12 frame 5 until 18; then frame 3 until 24
  // 20 frame 6: camera 0 runs, dropped; 7 and 8 wait; 24 frame 7 until 30; then frame 8 until 36
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 6ms; });
  FakeLibrary library(16);
  TestSettings settings = cameras({.cameras = 3, .frames_per_s = 100.0}, LateFrames::drop);
  settings.min_query_count = 9;
  const TestResult result = run_test(settings, server, library, {.clock = clock});
  EXPECT_THAT(latencies_ms(result), ElementsAre(6, 12, -1, 14, -1, 8, -1, 10, 16));
  EXPECT_TRUE(result.errors.empty());
}

TEST(FrameLine, QueuedFramesAreAllComputed) {
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 25ms; });
  FakeLibrary library(16);
  TestSettings settings = cameras({.cameras = 1, .frames_per_s = 100.0});
  settings.min_query_count = 4;
  EXPECT_THAT(latencies_ms(run_test(settings, server, library, {.clock = clock})), ElementsAre(25, 40, 55, 70));
}

TEST(FrameLine, GoesOnAfterAFrameThatTheSystemThrewAt) {
  SimulatedClock clock;
  int calls = 0;
  ScriptedSystem system([&calls](std::span<const QuerySample> samples, ResponseSink& sink) {
    if (calls++ == 0) {
      throw std::runtime_error("no camera");
    }
    test_support::complete_now(samples, sink);
    test_support::complete_now(samples, sink);  // the second is an error of its own, and makes no room
  });
  FakeLibrary library(16);
  TestSettings settings = cameras({.cameras = 2, .frames_per_s = 100.0}, LateFrames::drop);
  settings.min_query_count = 4;
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  EXPECT_EQ(result.errors.at(ResponseError::threw), 1U);
  EXPECT_EQ(result.errors.at(ResponseError::failed), 1U);
  EXPECT_EQ(result.errors.at(ResponseError::duplicate), 3U);
  EXPECT_THAT(result.error_messages, ElementsAre("issue_query threw: no camera"));
  EXPECT_TRUE(result.records[1].completed() && result.records[2].completed() && result.records[3].completed());
}

/// Two threads that complete what they find.
class ThreadedSystem final : public SystemUnderTest {
 public:
  [[nodiscard]] std::string name() const override { return "threaded"; }
  void begin_run(std::shared_ptr<ResponseSink> sink) override {
    sink_ = std::move(sink);
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this](const std::stop_token& stop) {
        QuerySample sample;
        while (!stop.stop_requested()) {
          if (!queue_.try_pop(sample)) {
            std::this_thread::yield();
            continue;
          }
          most_.store(std::max(most_.load(), ++under_way_));
          --under_way_;
          test_support::complete_now({&sample, 1}, *sink_);
        }
      });
    }
  }
  void issue_query(std::span<const QuerySample> samples) override {
    while (!queue_.try_push(samples[0])) {
    }
  }
  void flush_queries() override {}
  void end_run() override { threads_.clear(); }
  [[nodiscard]] int most() const { return most_; }

 private:
  BoundedQueue<QuerySample> queue_{64};
  std::shared_ptr<ResponseSink> sink_;
  std::vector<std::jthread> threads_;
  std::atomic<int> under_way_{0};
  std::atomic<int> most_{0};
};

TEST(FrameLine, SettlesEachFrameOnceWithThreadsThatComplete) {
  SteadyClock clock;
  ThreadedSystem system;
  FakeLibrary library(16);
  TestSettings settings = cameras({.cameras = 8, .frames_per_s = 50'000.0}, LateFrames::drop);
  settings.frames_at_once = 2;
  settings.min_query_count = 40'000;
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  EXPECT_TRUE(result.errors.empty());
  EXPECT_EQ(result.records.size(), 40'000U);
  for (const QueryRecord& record : result.records) {
    EXPECT_TRUE(record.completed() != record.dropped());
  }
  EXPECT_LE(system.most(), 2);
}

}  // namespace
}  // namespace assay
