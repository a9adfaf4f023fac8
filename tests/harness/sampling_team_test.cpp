#include "harness/sampling_team.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "harness/machine.hpp"
#include "harness/steady_clock.hpp"
#include "harness/team_threads.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

std::vector<std::size_t> first_threads(std::size_t count) {
  std::vector<std::size_t> threads(count);
  std::iota(threads.begin(), threads.end(), std::size_t{0});
  return threads;
}

/// At most four of the CPUs that this process may use.
std::vector<int> some_cpus() {
  std::vector<int> cpus = detect_machine().allowed_cpus();
  cpus.resize(std::min<std::size_t>(cpus.size(), 4));
  return cpus;
}

TEST(SamplingTeam, RunsEachJobOnceOnItsPinnedThreads) {
  const std::vector<int> cpus = some_cpus();
  SteadyClock clock;
  std::vector<int> seen(cpus.size(), -1);
  SamplingTeam::with(cpus, clock, [&](SamplingTeam& team) {
    EXPECT_EQ(team.size(), cpus.size());
    team.run(first_threads(team.size()), [&](std::size_t thread) { seen[thread] = sched_getcpu(); });
  });
  EXPECT_EQ(seen, cpus);
}

TEST(SamplingTeam, TakesSamplesOfAllOrSomeThreads) {
  const std::vector<int> cpus = some_cpus();
  SteadyClock clock({.spin_margin = 0ns});
  std::vector<std::uint64_t> iterations(cpus.size(), 0);
  SamplingTeam::with(cpus, clock, [&](SamplingTeam& team) {
    for (std::size_t count = 1; count <= team.size(); ++count) {
      const std::vector<std::size_t> threads = first_threads(count);
      const TeamObservation observation =
          team.sample([&](std::size_t thread, std::uint64_t n) { iterations[thread] += n; },
                      {.threads = threads, .iterations = 100, .warm_iterations = 10, .pause = 10us});
      EXPECT_EQ(observation.iterations, 100U);
      EXPECT_GT(observation.elapsed, 0ns);
    }
  });
  // Thread t takes part in every sample of more than t threads.
  for (std::size_t thread = 0; thread < cpus.size(); ++thread) {
    EXPECT_EQ(iterations[thread], 110 * (cpus.size() - thread)) << thread;
  }
}

TEST(SamplingTeam, AnySubsetCanTakePart) {
  const std::vector<int> cpus = some_cpus();
  if (cpus.size() < 2) {
    GTEST_SKIP() << "one CPU is allowed here";
  }
  SteadyClock clock;
  std::vector<int> seen;
  SamplingTeam::with(cpus, clock, [&](SamplingTeam& team) {
    const std::vector<std::size_t> last{cpus.size() - 1};
    team.run(last, [&](std::size_t member) {
      EXPECT_EQ(member, 0U);
      seen.push_back(sched_getcpu());
    });
    EXPECT_THROW(team.run({}, [](std::size_t) {}), std::invalid_argument);
    const std::vector<std::size_t> beyond{cpus.size()};
    EXPECT_THROW(team.run(beyond, [](std::size_t) {}), std::invalid_argument);
  });
  EXPECT_EQ(seen, std::vector<int>{cpus.back()});
}

TEST(SamplingTeam, AFailingJobEndsTheMeasurementAndNotTheProgram) {
  const std::vector<int> cpus = some_cpus();
  SteadyClock clock;
  for (std::size_t failing = 0; failing < cpus.size(); ++failing) {
    EXPECT_THROW(SamplingTeam::with(cpus, clock,
                                    [&](SamplingTeam& team) {
                                      team.run(first_threads(team.size()), [&](std::size_t thread) {
                                        if (thread == failing) {
                                          throw std::runtime_error("no memory");
                                        }
                                      });
                                    }),
                 std::runtime_error);
  }
}

TEST(SamplingTeam, LeavesTheCallerWhereItMayRun) {
  cpu_set_t before;
  cpu_set_t after;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  SteadyClock clock;
  SamplingTeam::with({some_cpus().front()}, clock, [](SamplingTeam&) {});
  ASSERT_EQ(sched_getaffinity(0, sizeof(after), &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(SamplingTeam, NeedsACpuThatExists) {
  SteadyClock clock;
  EXPECT_THROW(SamplingTeam::with({}, clock, [](SamplingTeam&) {}), std::invalid_argument);
  bool led = false;
  EXPECT_THROW(SamplingTeam::with({-1}, clock, [&led](SamplingTeam&) { led = true; }), std::runtime_error);
  EXPECT_FALSE(led);
}

TEST(TeamThreads, RunTogetherAndAreNamed) {
  // Each waits for the other: run one after the other they would never end.
  std::atomic<int> met{0};
  run_team_threads(2, [&met](std::size_t) {
    ++met;
    while (met.load() < 2) {
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(met.load(), 2);
  EXPECT_THAT(team_threads_runtime(), ::testing::AnyOf(::testing::HasSubstr("OpenMP 20"), "std::thread"));
}

}  // namespace
}  // namespace assay
