#include "harness/thread_placement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <stdexcept>
#include <thread>

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Two fast cores with two threads each (CPUs 0 to 3) and four slow ones (CPUs 4 to 7).
Machine hybrid() {
  Machine machine;
  for (int cpu = 0; cpu < 8; ++cpu) {
    HardwareThread thread;
    thread.os_index = cpu;
    thread.core = cpu < 4 ? cpu / 2 : cpu - 2;
    thread.smt_rank = cpu < 4 ? cpu % 2 : 0;
    thread.core_kind = cpu < 4 ? 1 : 0;
    machine.hardware_threads.push_back(thread);
  }
  machine.core_count = 6;
  return machine;
}

TEST(ThreadPlacement, TwoCpusGiveAnIssuerAndAWorker) {
  const auto placement = choose_placement(machine_from_synthetic("core:2 pu:1"), {});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(1));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(0));
  EXPECT_FALSE(placement.shared);
}

TEST(ThreadPlacement, WorkersMayShareTheIssuingCpusWhereThatIsAsked) {
  const auto placement = choose_placement(machine_from_synthetic("core:2 pu:1"), {.worker_threads = 2, .share = true});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(1));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(0, 1));
  EXPECT_TRUE(placement.shared);
  EXPECT_TRUE(placement.pinned);
  EXPECT_THAT(placement.why, HasSubstr("as asked: the lateness includes the work"));
}

TEST(ThreadPlacement, SharedCpusCarryAWorkerEachUnlessANumberWasGiven) {
  EXPECT_THAT(choose_placement(machine_from_synthetic("core:2 pu:1"), {.share = true}).worker_cpus, ElementsAre(0, 1));
  const auto wide = choose_placement(machine_from_synthetic("core:4 pu:2"), {.share = true});
  EXPECT_THAT(wide.issuing_cpus, ElementsAre(2));
  EXPECT_THAT(wide.worker_cpus, ElementsAre(4, 6, 0, 2));
}

TEST(ThreadPlacement, UnpinnedThreadsHaveAllItsCpus) {
  const auto placement =
      choose_placement(machine_from_synthetic("core:4 pu:1"), {.worker_threads = 2, .pinned = false});
  EXPECT_FALSE(placement.pinned);
  EXPECT_FALSE(placement.shared);
  EXPECT_THAT(cpus_of(placement), ElementsAre(1, 2, 3));
  EXPECT_THAT(placement.why, HasSubstr("not pinned: the scheduler may move each thread among CPU 1-3"));
}

TEST(ThreadPlacement, OneCpuIsSharedAndSaysSo) {
  const auto placement = choose_placement(machine_from_synthetic("core:1 pu:1"), {});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(0));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(0));
  EXPECT_TRUE(placement.shared);
  EXPECT_THAT(placement.why, HasSubstr("only CPU 0 is allowed"));
}

TEST(ThreadPlacement, OneCoreWithTwoThreadsSaysThatTheyShareIt) {
  const auto placement = choose_placement(machine_from_synthetic("core:1 pu:2"), {});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(0));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(1));
  EXPECT_FALSE(placement.shared);
  EXPECT_THAT(placement.why, HasSubstr("second hardware thread of an issuing core"));
}

TEST(ThreadPlacement, OneThreadACoreAndCpuZeroLast) {
  const auto placement = choose_placement(machine_from_synthetic("core:4 pu:2"), {});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(2));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(4, 6, 0));
  EXPECT_THAT(placement.why, AllOf(HasSubstr("cores of their own"), HasSubstr("taken last"), Not(HasSubstr("SMT"))));
}

TEST(ThreadPlacement, ManyWorkersSpillToSiblingsButTheIssuersLast) {
  const auto placement = choose_placement(machine_from_synthetic("core:2 pu:2"), {.worker_threads = 3});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(2));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(0, 1, 3));
  EXPECT_THAT(placement.why, HasSubstr("SMT"));
}

TEST(ThreadPlacement, StaysOnOneNodeWhenItFits) {
  const Machine machine = machine_from_synthetic("pack:2 [numa] l3:1 core:4 pu:2");
  const auto fits = choose_placement(machine, {.worker_threads = 3});
  EXPECT_THAT(fits.issuing_cpus, ElementsAre(2));
  EXPECT_THAT(fits.worker_cpus, ElementsAre(4, 6, 0));
  EXPECT_THAT(fits.why, HasSubstr("all on NUMA node 0"));

  const auto spread = choose_placement(machine, {.worker_threads = 5});
  EXPECT_THAT(spread.worker_cpus, ElementsAre(4, 6, 0, 8, 10));
  EXPECT_THAT(spread.why, HasSubstr("spread over 2 NUMA nodes"));
}

TEST(ThreadPlacement, PrefersTheNodeWithMoreAllowedCores) {
  Machine machine = machine_from_synthetic("pack:2 [numa] core:4 pu:1");
  machine.hardware_threads[1].allowed = false;
  const auto placement = choose_placement(machine, {.worker_threads = 1});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(4));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(5));
}

TEST(ThreadPlacement, HybridKeepsTheDefaultWorkersOnOneKind) {
  const auto placement = choose_placement(hybrid(), {});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(2));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(0));
  EXPECT_THAT(placement.why, HasSubstr("one core type"));

  const auto mixed = choose_placement(hybrid(), {.worker_threads = 2});
  EXPECT_THAT(mixed.worker_cpus, ElementsAre(0, 4));
  EXPECT_THAT(mixed.why, HasSubstr("different speed"));
}

TEST(ThreadPlacement, AnOrdinaryUserChoiceIsKept) {
  const auto placement = choose_placement(hybrid(), {.only_cpus = {5, 6, 5}});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(5));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(6));
}

TEST(ThreadPlacement, MoreThreadsThanCpusWrapAroundAndSaySo) {
  const auto placement =
      choose_placement(machine_from_synthetic("core:2 pu:1"), {.issuing_threads = 3, .worker_threads = 2});
  EXPECT_THAT(placement.issuing_cpus, ElementsAre(1, 1, 1));
  EXPECT_THAT(placement.worker_cpus, ElementsAre(0, 0));
  EXPECT_THAT(placement.why, AllOf(HasSubstr("2 workers on 1 CPUs"), HasSubstr("3 issuing threads on 1 CPUs")));
}

TEST(ThreadPlacement, NamesEveryFault) {
  Machine machine = machine_from_synthetic("core:4 pu:1");
  machine.hardware_threads[2].allowed = false;
  try {
    (void)choose_placement(machine, {.issuing_threads = 0, .only_cpus = {1, 2, 9}});
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("CPU 2 is not allowed"), HasSubstr("CPU 9 is absent"),
                                    HasSubstr("0 issuing threads"), Not(HasSubstr("CPU 1"))));
  }
}

TEST(PinThisThread, BindsTheThreadAndNamesABadCpu) {
  std::thread([] {
    const int cpu = sched_getcpu();
    pin_this_thread(cpu);
    cpu_set_t mask;
    CPU_ZERO(&mask);
    ASSERT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);
    EXPECT_EQ(CPU_COUNT(&mask), 1);
    EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(cpu), &mask));
    EXPECT_THROW(pin_this_thread(100000), std::runtime_error);
    EXPECT_THROW(pin_this_thread(-1), std::runtime_error);
  }).join();
}

}  // namespace
}  // namespace assay
