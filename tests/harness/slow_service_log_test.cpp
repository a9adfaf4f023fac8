#include "harness/slow_service_log.hpp"

#include <gtest/gtest.h>

#include "harness/simulated_clock.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

/// An account that a test moves forward.
class GivenQueueMeter final : public RunQueueMeter {
 public:
  std::optional<RunQueueAccount> read() noexcept override {
    ++readings;
    return present ? std::optional(account) : std::nullopt;
  }
  RunQueueAccount account;
  bool present = true;
  int readings = 0;
};

/// Work that runs for `on_cpu` and waits for `waited`.
bool work(SlowServiceLog& log, GivenQueueMeter& meter, Nanoseconds on_cpu, Nanoseconds waited = 0ns,
          Nanoseconds elsewhere = 0ns) {
  log.begin();
  meter.account.on_cpu += on_cpu;
  meter.account.waited += waited;
  return log.end(on_cpu + waited + elsewhere, 1);
}

TEST(SlowServiceLog, SplitsASlowPieceByTheKernelsAccount) {
  GivenQueueMeter meter;
  SlowServiceLog log(meter, 0ns, 100us, 1);
  EXPECT_FALSE(work(log, meter, 100us));
  EXPECT_TRUE(work(log, meter, 110us, 3ms, 500us));
  log.note(7);
  ASSERT_EQ(log.entries().size(), 1U);
  const SlowService& slow = log.entries().front();
  EXPECT_EQ(slow.id, 7U);
  EXPECT_EQ(slow.service, 3610us);
  EXPECT_EQ(slow.waited, 3ms);
  EXPECT_EQ(slow.elsewhere, 500us);
  EXPECT_EQ(log.slow_count(), 1U);
}

// A reading of 2 us before each piece of 100 us would cost 2 %; within 0.4 % it is made before every fifth.
TEST(SlowServiceLog, ReadsAsOftenAsItsBudgetAllows) {
  GivenQueueMeter meter;
  SlowServiceLog log(meter, 2us, 100us, 1);
  for (int piece = 0; piece < 100; ++piece) {
    EXPECT_FALSE(work(log, meter, 100us));
  }
  EXPECT_EQ(meter.readings, 20);
}

// What ran since the last reading is not charged to the slow piece.
TEST(SlowServiceLog, TakesOffTheQuickPiecesBefore) {
  GivenQueueMeter meter;
  SlowServiceLog log(meter, 2us, 100us, 1);
  for (int piece = 0; piece < 3; ++piece) {
    EXPECT_FALSE(work(log, meter, 100us));
  }
  EXPECT_TRUE(work(log, meter, 100us, 0ns, 1ms));
  log.note(1);
  EXPECT_EQ(log.entries().front().elsewhere, 1ms);
}

TEST(SlowServiceLog, CountsFaultsAndMigrations) {
  GivenQueueMeter meter;
  SlowServiceLog log(meter, 0ns, 100us, 1);
  log.begin();
  meter.account.minor_faults += 5;
  meter.account.involuntary_switches += 2;
  meter.account.cpu = 3;
  EXPECT_TRUE(log.end(200us, 1));
  log.note(1);
  EXPECT_EQ(log.entries().front().minor_faults, 5U);
  EXPECT_EQ(log.entries().front().involuntary_switches, 2U);
  EXPECT_TRUE(log.entries().front().migrated);
}

TEST(SlowServiceLog, FollowsTheUsualTime) {
  GivenQueueMeter meter;
  SlowServiceLog log(meter, 0ns, 100us, 1);
  int slow = 0;
  for (int piece = 0; piece < 500; ++piece) {
    slow += work(log, meter, 200us) ? 1 : 0;
  }
  EXPECT_GT(slow, 0);
  EXPECT_LT(slow, 150);  // 1.005^n reaches 200 / 1.25 after 95 pieces
}

TEST(SlowServiceLog, EachBatchSizeHasAUsualTime) {
  GivenQueueMeter meter;
  SlowServiceLog log(meter, 0ns, 100us, 4);
  log.begin();
  EXPECT_FALSE(log.end(400us, 4));
  log.begin();
  EXPECT_TRUE(log.end(400us, 2));
}

TEST(SlowServiceLog, KeepsTheSlowest) {
  GivenQueueMeter meter;
  SlowServiceLog log(meter, 0ns, 100us, 1);
  std::uint64_t id = 0;
  const auto note_piece = [&](Nanoseconds service, std::size_t times) {
    ASSERT_TRUE(work(log, meter, service));
    for (std::size_t i = 0; i < times; ++i) {
      log.note(id++);
    }
  };
  note_piece(1ms, SlowServiceLog::kCapacity);
  note_piece(2ms, 100);
  note_piece(900us, 100);
  ASSERT_EQ(log.entries().size(), SlowServiceLog::kCapacity);
  std::size_t slowest = 0;
  for (const SlowService& entry : log.entries()) {
    slowest += entry.service == 2ms ? 1U : 0U;
    EXPECT_NE(entry.service, 900us);
  }
  EXPECT_EQ(slowest, 100U);
}

TEST(SlowServiceLog, SaysWhenThereIsNoAccount) {
  GivenQueueMeter meter;
  meter.present = false;
  SlowServiceLog log(meter, 0ns, 100us, 1);
  log.begin();
  EXPECT_FALSE(log.end(1ms, 1));
  EXPECT_FALSE(log.available());
}

TEST(ReadingCost, IsTheMedianOfTheReadings) {
  class SlowMeter final : public RunQueueMeter {
   public:
    explicit SlowMeter(SimulatedClock& clock) : clock_(clock) {}
    std::optional<RunQueueAccount> read() noexcept override {
      clock_.wait_until(clock_.now() + (++count_ % 10 == 0 ? 1ms : 2us));
      return RunQueueAccount{};
    }

   private:
    SimulatedClock& clock_;
    int count_ = 0;
  };
  SimulatedClock clock;
  SlowMeter meter(clock);
  EXPECT_EQ(reading_cost(meter, clock), 2us);
}

TEST(KernelRunQueueMeter, HardwareAccountGrows) {
  KernelRunQueueMeter meter;
  const auto before = meter.read();
  if (!before) {
    GTEST_SKIP() << "this kernel keeps no /proc/thread-self/schedstat";
  }
  volatile std::uint64_t sum = 0;
  for (int i = 0; i < 10'000'000; ++i) {
    sum = sum + 1;
  }
  EXPECT_GT(meter.read()->on_cpu, before->on_cpu);
  EXPECT_GE(before->cpu, 0);
}

}  // namespace
}  // namespace assay
