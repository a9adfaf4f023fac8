#include "loadgen/dispatcher.hpp"

#include <algorithm>
#include <exception>
#include <optional>

namespace assay {

namespace {

/// A stop request is looked at this often at least.
constexpr Nanoseconds kStopPoll = std::chrono::milliseconds{50};
/// What is in flight when a person stops the run gets this long to come back.
constexpr Nanoseconds kStopGrace = std::chrono::seconds{1};
constexpr std::size_t kMessagesMax = 5;

}  // namespace

void Dispatcher::issue(std::span<const QuerySample> samples) noexcept {
  std::string message;
  try {
    system.issue_query(samples);
    return;
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
    message = "an exception that is not a std::exception";
  }
  recorder.count_error(ResponseError::threw);
  for (const QuerySample& sample : samples) {
    recorder.failed(sample.id);
  }
  const std::lock_guard lock(messages_mutex);
  if (messages.size() < kMessagesMax) {
    messages.push_back("issue_query threw: " + message);
  }
}

Dispatcher::Wait Dispatcher::wait_settled(std::uint64_t target, bool bounded) noexcept {
  if (recorder.settled_count() >= target) {
    return Wait::settled;
  }
  Instant last_progress = clock.now();
  std::uint64_t last_settled = recorder.settled_count();
  std::optional<Instant> stop_seen;
  while (true) {
    const std::uint32_t epoch = recorder.signal().epoch();
    const std::uint64_t settled = recorder.settled_count();
    if (settled >= target) {
      return Wait::settled;
    }
    const Instant now = clock.now();
    if (settled != last_settled) {
      last_settled = settled;
      last_progress = now;
    }
    if (now - last_progress >= settings.drain_timeout) {
      return Wait::stalled;
    }
    if (bounded && elapsed(now) >= settings.max_duration) {
      return Wait::max_duration;
    }
    if (stop.stop_requested()) {
      stop_seen = stop_seen.value_or(now);
      if (now - *stop_seen >= kStopGrace) {
        return Wait::interrupted;
      }
    }
    const Nanoseconds until_stall = settings.drain_timeout - (now - last_progress);
    clock.wait(recorder.signal(), epoch, now + std::min(until_stall, kStopPoll));
  }
}

}  // namespace assay
