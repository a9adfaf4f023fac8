#include "kernels/loaded_latency.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace assay {
namespace {

/// Time that advances by 1 ms a reading; the second reading of a run waits until the other threads have moved a chunk.
class WaitingClock : public Clock {
 public:
  [[nodiscard]] Instant now() const noexcept override {
    for (int i = 0; latency != nullptr && readings % 2 == 1 && latency->moved() == moved && i < 1'000'000; ++i) {
      std::this_thread::yield();
    }
    if (latency != nullptr) {
      moved = latency->moved();
    }
    ++readings;
    return Instant{std::chrono::milliseconds{readings}};
  }
  Instant wait_until(Instant deadline) noexcept override { return deadline; }
  bool wait(Signal& /*signal*/, std::uint32_t /*seen*/, Instant /*deadline*/) noexcept override { return false; }

  const LoadedLatency* latency = nullptr;
  mutable Bytes moved;
  mutable int readings = 0;
};

constexpr LoadedLatency::Settings kSettings{
    .threads = 3, .chase_size = Bytes{16384}, .stream_size = Bytes{8192}, .pages = Pages::small};

void run_all(LoadedLatency& latency, std::uint64_t accesses, std::size_t threads = 3) {
  std::vector<std::jthread> team;
  for (std::size_t thread = 1; thread < threads; ++thread) {
    team.emplace_back([&latency, thread, accesses] { latency.run(thread, accesses); });
  }
  latency.run(0, accesses);
}

void prepare_all(LoadedLatency& latency) {
  for (std::size_t thread = 0; thread < 3; ++thread) {
    latency.prepare(thread, 1);
  }
}

TEST(LoadedLatency, IdleThreadsMoveNothing) {
  WaitingClock clock;
  LoadedLatency latency(kSettings, clock);
  prepare_all(latency);
  run_all(latency, 100);
  EXPECT_TRUE(latency.last_run().complete);
  EXPECT_EQ(latency.last_run().accesses, 128U);
  EXPECT_EQ(latency.last_run().elapsed, std::chrono::milliseconds{1});
  EXPECT_EQ(latency.last_run().injected, Bytes{0});
}

TEST(LoadedLatency, LoadingThreadsReportWholeChunksUntilThreadZeroHasFinished) {
  WaitingClock clock;
  LoadedLatency latency(kSettings, clock);
  prepare_all(latency);
  clock.latency = &latency;
  for (const auto& delay : {LoadedLatency::delays().back(), LoadedLatency::delays()[3]}) {
    latency.set_delay(delay);
    run_all(latency, 6400);
    EXPECT_TRUE(latency.last_run().complete);
    EXPECT_EQ(latency.last_run().accesses, 6400U);
    EXPECT_GT(latency.last_run().injected.count, 0U);
    EXPECT_EQ(latency.last_run().injected.count % 8192, 0U);
    EXPECT_LE(latency.last_run().injected, latency.moved());
  }
}

TEST(LoadedLatency, AThreadThatDoesNotComeMakesTheRunIncomplete) {
  WaitingClock clock;
  LoadedLatency latency(kSettings, clock);
  prepare_all(latency);
  latency.set_delay(0);
  run_all(latency, 64, 2);
  EXPECT_FALSE(latency.last_run().complete);
  EXPECT_EQ(latency.last_run().accesses, 0U);
}

TEST(LoadedLatency, TakesTwoThreadsOrMore) {
  WaitingClock clock;
  LoadedLatency::Settings settings = kSettings;
  settings.threads = 1;
  EXPECT_THROW(LoadedLatency(settings, clock), std::invalid_argument);
}

}  // namespace
}  // namespace assay
