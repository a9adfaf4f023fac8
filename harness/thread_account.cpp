#include "harness/thread_account.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <charconv>
#include <ctime>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace assay {
namespace {

std::runtime_error failed(const char* call) {
  return std::runtime_error(std::string{call} + ": " + std::generic_category().message(errno));
}

CounterReading migrations(const FileSource& files) {
  const auto text = value_of_key(files.read("/proc/thread-self/sched").value_or(""), "se.nr_migrations", ':');
  std::uint64_t count = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), count).ec != std::errc{}) {
    return {CounterEvent::cpu_migrations, Unavailable{"/proc/thread-self/sched does not show se.nr_migrations"}, {}};
  }
  return {CounterEvent::cpu_migrations, count, "/proc/thread-self/sched"};
}

}  // namespace

std::vector<CounterReading> read_thread_account(const FileSource& files) {
  constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
  rusage usage{};
  if (getrusage(RUSAGE_THREAD, &usage) != 0) {
    throw failed("getrusage(RUSAGE_THREAD)");
  }
  timespec clock{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &clock) != 0) {
    throw failed("clock_gettime(CLOCK_THREAD_CPUTIME_ID)");
  }
  const auto task_clock =
      static_cast<std::uint64_t>(clock.tv_sec) * kNanosecondsPerSecond + static_cast<std::uint64_t>(clock.tv_nsec);
  const std::string usage_call = "getrusage(RUSAGE_THREAD)";
  std::vector<CounterReading> readings;
  readings.push_back({CounterEvent::task_clock, task_clock, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)"});
  readings.push_back(
      {CounterEvent::context_switches, static_cast<std::uint64_t>(usage.ru_nvcsw + usage.ru_nivcsw), usage_call});
  readings.push_back(migrations(files));
  readings.push_back(
      {CounterEvent::page_faults, static_cast<std::uint64_t>(usage.ru_minflt + usage.ru_majflt), usage_call});
  return readings;
}

std::vector<CounterReading> account_since(const std::vector<CounterReading>& then, std::vector<CounterReading> now) {
  for (std::size_t i = 0; i < now.size() && i < then.size(); ++i) {
    if (now[i].value && then[i].value) {
      now[i].value = *now[i].value - *then[i].value;
    } else if (now[i].value) {
      now[i].value = Unavailable{then[i].value.reason()};
      now[i].source.clear();
    }
  }
  return now;
}

}  // namespace assay
