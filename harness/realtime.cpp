#include "harness/realtime.hpp"

#include <sched.h>

#include <cerrno>
#include <system_error>
#include <thread>

namespace assay {

std::optional<std::string> take_realtime_priority(int priority) {
  const sched_param parameter{.sched_priority = priority};
  // Threads that this one starts begin as ordinary ones: each says for itself what it needs.
  if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameter) != 0) {
    return std::generic_category().message(errno);
  }
  return std::nullopt;
}

void leave_realtime_priority() noexcept {
  const sched_param parameter{.sched_priority = 0};
  sched_setscheduler(0, SCHED_OTHER, &parameter);
}

std::optional<std::string> realtime_refusal(int priority, const FileSource& files) {
  const auto limit = files.read_integer("/proc/sys/kernel/sched_rt_runtime_us");
  if (limit && *limit < 0) {
    return "the kernel's limit for real-time threads is off (/proc/sys/kernel/sched_rt_runtime_us is -1)";
  }
  std::optional<std::string> refusal;
  std::thread([&] { refusal = take_realtime_priority(priority); }).join();
  return refusal;
}

}  // namespace assay
