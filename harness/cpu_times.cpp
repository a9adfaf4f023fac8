#include "harness/cpu_times.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>

namespace assay {
namespace {

Nanoseconds duration_of(const timeval& time) {
  return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

void add_own_use(CpuTimes& times) {
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    if (getrusage(who, &usage) == 0) {
      times.own += duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
      if (who == RUSAGE_SELF) {
        times.own_involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw);
      }
    }
  }
}

}  // namespace

std::optional<CpuTimes> read_cpu_times(const FileSource& files) {
  // proc(5): user nice system idle iowait irq softirq steal; guest time is part of user and not added again.
  constexpr std::size_t kIdle = 3;
  constexpr std::size_t kIowait = 4;
  constexpr std::size_t kSteal = 7;
  std::istringstream line(files.read("/proc/stat").value_or(""));
  std::string name;
  std::array<std::uint64_t, 8> ticks{};
  line >> name;
  for (auto& value : ticks) {
    line >> value;
  }
  if (!line || name != "cpu") {
    return std::nullopt;
  }
  CpuTimes times;
  for (const auto value : ticks) {
    times.total_ticks += value;
  }
  times.steal_ticks = ticks[kSteal];
  times.busy_ticks = times.total_ticks - ticks[kIdle] - ticks[kIowait] - ticks[kSteal];
  add_own_use(times);
  return times;
}

std::optional<LoadShares> load_between(const CpuTimes& before, const CpuTimes& after, long ticks_per_second) {
  // idle and iowait of /proc/stat may step back a little, hence the comparison before each difference
  if (after.total_ticks <= before.total_ticks || ticks_per_second <= 0) {
    return std::nullopt;
  }
  const auto difference = [](std::uint64_t later, std::uint64_t earlier) {
    return later > earlier ? static_cast<double>(later - earlier) : 0.0;
  };
  const double total = difference(after.total_ticks, before.total_ticks);
  const double own = seconds(after.own - before.own) * static_cast<double>(ticks_per_second);
  const double busy = difference(after.busy_ticks, before.busy_ticks);
  return LoadShares{.foreign = std::clamp((busy - own) / total, 0.0, 1.0),
                    .own = std::clamp(own / total, 0.0, 1.0),
                    .steal = difference(after.steal_ticks, before.steal_ticks) / total};
}

}  // namespace assay
