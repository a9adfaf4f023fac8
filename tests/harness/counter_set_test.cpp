#include "harness/counter_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "harness/thread_account.hpp"
#include "harness/thread_placement.hpp"
#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

const CounterReading& reading_of(const std::vector<CounterReading>& readings, CounterEvent event) {
  return readings.at(static_cast<std::size_t>(event));
}

/// Touches `pages` new pages: the kernel has no choice but to fault once for each.
void fault(int pages) {
  constexpr std::size_t kPage = 4096;
  const std::size_t size = kPage * static_cast<std::size_t>(pages);
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  madvise(memory, size, MADV_NOHUGEPAGE);
  for (std::size_t i = 0; i < size; i += kPage) {
    static_cast<volatile char*>(memory)[i] = 1;
  }
  munmap(memory, size);
}

/// Blocks the calling thread `times` times: its answers come from a thread on the same CPU, which can run only while
/// the caller has left it.
void block(int times) {
  std::array<int, 2> question{};
  std::array<int, 2> answer{};
  ASSERT_EQ(pipe(question.data()), 0);
  ASSERT_EQ(pipe(answer.data()), 0);
  const int cpu = sched_getcpu();
  pin_this_thread(cpu);
  std::thread partner([&] {
    pin_this_thread(cpu);
    for (char byte = 0; read(question[0], &byte, 1) == 1 && write(answer[1], &byte, 1) == 1;) {
    }
  });
  for (int i = 0; i < times; ++i) {
    char byte = 'x';
    EXPECT_EQ(write(question[1], &byte, 1), 1);
    EXPECT_EQ(read(answer[0], &byte, 1), 1);
  }
  close(question[1]);
  partner.join();
  close(question[0]);
  close(answer[0]);
  close(answer[1]);
}

TEST(CounterSet, SoftwareEventsCountWithoutAPmu) {
  std::vector<CounterReading> readings;
  std::thread([&readings] {  // bound to one CPU in block(), so not the test's own thread
    CounterSet counters;
    counters.start();
    fault(64);
    block(5);
    readings = counters.read();
  })
      .join();
  EXPECT_GE(*reading_of(readings, CounterEvent::page_faults).value, 64U);
  EXPECT_GE(*reading_of(readings, CounterEvent::context_switches).value, 5U);
  EXPECT_GT(*reading_of(readings, CounterEvent::task_clock).value, 0U);
  EXPECT_FALSE(reading_of(readings, CounterEvent::task_clock).source.empty());
}

TEST(CounterSet, StartCountsFromZero) {
  CounterSet counters;
  fault(1000);
  counters.start();
  EXPECT_LT(*reading_of(counters.read(), CounterEvent::page_faults).value, 1000U);
}

TEST(CounterSet, EveryEventIsCountedOrExplainedInOrder) {
  CounterSet counters;
  const auto readings = counters.read();
  ASSERT_EQ(readings.size(), 9U);
  for (std::size_t i = 0; i < readings.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(readings[i].event), i);
    EXPECT_EQ(readings[i].value.available(), !readings[i].source.empty()) << name_of(readings[i].event);
    EXPECT_EQ(readings[i].value.available(), readings[i].value.reason().empty());
  }
}

TEST(CounterSet, TwoSetsInARowDoNotDisturbEachOther) {
  { const CounterSet first; }
  CounterSet second;
  second.start();
  fault(10);
  EXPECT_GE(*reading_of(second.read(), CounterEvent::page_faults).value, 10U);
}

TEST(ThreadAccount, SubtractsAndKeepsReasons) {
  const std::vector<CounterReading> then{{CounterEvent::task_clock, std::uint64_t{10}, "a"},
                                         {CounterEvent::context_switches, Unavailable{"hidden"}, {}},
                                         {CounterEvent::cpu_migrations, std::uint64_t{1}, "c"}};
  const std::vector<CounterReading> now{{CounterEvent::task_clock, std::uint64_t{25}, "a"},
                                        {CounterEvent::context_switches, std::uint64_t{5}, "b"},
                                        {CounterEvent::cpu_migrations, Unavailable{"gone"}, {}}};
  const auto since = account_since(then, now);
  EXPECT_EQ(*since[0].value, 15U);
  EXPECT_EQ(since[1].value.reason(), "hidden");
  EXPECT_EQ(since[2].value.reason(), "gone");
}

TEST(ThreadAccount, MigrationsComeFromTheScheduler) {
  const GivenFiles files{{"/proc/thread-self/sched", "assay (1, #threads: 1)\nse.nr_migrations      :        17\n"}};
  EXPECT_EQ(*reading_of(read_thread_account(files), CounterEvent::cpu_migrations).value, 17U);
  EXPECT_THAT(reading_of(read_thread_account(GivenFiles{}), CounterEvent::cpu_migrations).value.reason(),
              ::testing::HasSubstr("/proc/thread-self/sched"));
}

}  // namespace
}  // namespace assay
