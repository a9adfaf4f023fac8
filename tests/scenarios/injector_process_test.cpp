#include "scenarios/interference/injector_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include "harness/file_source.hpp"
#include "harness/steady_clock.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

int first_cpu() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  sched_getaffinity(0, sizeof cpus, &cpus);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &cpus)) {
      return cpu;
    }
  }
  return 0;
}

void pause_briefly() {
  SteadyClock clock;
  clock.wait_until(clock.now() + 10ms);
}

bool is_gone(pid_t process) { return kill(process, 0) != 0 && errno == ESRCH; }

/// Holds a process by a descriptor, so that its end is seen also where nobody waits for it.
class Watched {
 public:
  explicit Watched(pid_t process) : descriptor_(static_cast<int>(syscall(SYS_pidfd_open, process, 0))) {}
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() { close(descriptor_); }
  [[nodiscard]] bool ends_within(int milliseconds) const {
    pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return poll(&waited, 1, milliseconds) > 0;
  }

 private:
  int descriptor_;
};

InjectorProcess::Plan plan(InjectorLoop loop, Nanoseconds limit = 1min) {
  return {.loop = loop, .cpu = first_cpu(), .priority = InjectorPriority::ordinary, .seed = 1, .time_limit = limit};
}

TEST(InjectorProcess, HardwareEachLoopWorksAndEndsWithItsOwner) {
  for (const InjectorLoop& loop : {InjectorLoop(BurstLoop{.rate_per_s = 1000, .length = 100us}),
                                   InjectorLoop(DutyLoop{.share = 0.3}), InjectorLoop(WakeLoop{.rate_per_s = 1000})}) {
    pid_t process = 0;
    {
      const InjectorProcess injector(plan(loop));
      process = injector.process();
      std::optional<InjectorUse> use = injector.use();
      for (int i = 0; i < 3000 && use && use->events < 5; ++i) {
        pause_briefly();
        use = injector.use();
      }
      ASSERT_TRUE(use);
      EXPECT_GE(use->events, 5U);
      EXPECT_THAT(injector.scheduling(), ::testing::StartsWith("SCHED_OTHER nice"));
    }
    EXPECT_TRUE(is_gone(process));
  }
}

TEST(InjectorProcess, HardwareStreamReadsMemory) {
  const InjectorProcess injector(plan(StreamLoop{.bytes_per_s = 1e9, .buffer_bytes = 1 << 20}));
  for (int i = 0; i < 3000 && injector.use() && injector.use()->bytes == 0; ++i) {
    pause_briefly();
  }
  EXPECT_GT(injector.use().value_or(InjectorUse{}).bytes, 0U);
}

TEST(InjectorProcess, HardwareEndsAtItsTimeLimit) {
  const InjectorProcess injector(plan(DutyLoop{.share = 0.1}, 200ms));
  EXPECT_TRUE(Watched(injector.process()).ends_within(60'000));
  EXPECT_FALSE(injector.use());  // gone, though its account is still to be read
}

TEST(InjectorProcess, ACpuThatIsNotThereIsAnError) {
  EXPECT_THROW(InjectorProcess({.loop = DutyLoop{.share = 0.1}, .cpu = 1023}), std::runtime_error);
}

// The parent is killed as nothing can be caught or cleaned up; the injector must not outlive it.
TEST(InjectorProcess, HardwareDiesWithAParentThatIsKilled) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    try {
      const auto injector = std::make_unique<InjectorProcess>(plan(DutyLoop{.share = 0.1}));
      const pid_t process = injector->process();
      (void)!write(ends[1], &process, sizeof process);
      pause();
    } catch (const std::exception&) {
    }
    _exit(1);
  }
  close(ends[1]);
  pid_t injector = 0;
  ASSERT_EQ(read(ends[0], &injector, sizeof injector), static_cast<ssize_t>(sizeof injector));
  const Watched watched(injector);
  EXPECT_FALSE(watched.ends_within(0));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  EXPECT_TRUE(watched.ends_within(60'000));
  close(ends[0]);
}

std::map<std::string, std::string> settings_of_the_machine() {
  std::map<std::string, std::string> settings;
  const SystemFiles files;
  for (const char* path : {"/proc/sys/kernel/sched_rt_runtime_us", "/proc/sys/kernel/sched_rt_period_us",
                           "/proc/sys/kernel/sched_autogroup_enabled", "/proc/sys/kernel/perf_event_paranoid",
                           "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/nr_hugepages",
                           "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
                           "/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq",
                           "/sys/kernel/mm/transparent_hugepage/enabled", "/proc/self/cgroup"}) {
    settings[path] = files.read(path).value_or("absent");
  }
  return settings;
}

TEST(InjectorProcess, HardwareLeavesTheMachinesSettingsAndOurOwnPriority) {
  const auto before = settings_of_the_machine();
  const int policy = sched_getscheduler(0);
  cpu_set_t cpus_before;
  sched_getaffinity(0, sizeof cpus_before, &cpus_before);
  {
    InjectorProcess::Plan strongest = plan(DutyLoop{.share = 0.1});
    strongest.priority = InjectorPriority::strongest;
    const InjectorProcess injector(strongest);
    EXPECT_FALSE(injector.scheduling().empty());
  }
  cpu_set_t cpus_after;
  sched_getaffinity(0, sizeof cpus_after, &cpus_after);
  EXPECT_EQ(settings_of_the_machine(), before);
  EXPECT_EQ(sched_getscheduler(0), policy);
  EXPECT_TRUE(CPU_EQUAL(&cpus_before, &cpus_after));
}

}  // namespace
}  // namespace assay
