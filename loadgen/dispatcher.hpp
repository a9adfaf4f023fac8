#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "harness/clock.hpp"
#include "loadgen/query_plan.hpp"
#include "loadgen/response_recorder.hpp"
#include "loadgen/system_under_test.hpp"

namespace assay {

/// What the scenarios' issuing loops share. One a run.
struct Dispatcher {
  const TestSettings& settings;
  SystemUnderTest& system;
  ResponseRecorder& recorder;
  RunProgress& progress;
  Clock& clock;
  std::stop_token stop;
  const std::function<void(int)>& on_issuing_thread;
  Instant start{};
  std::mutex messages_mutex{};
  std::vector<std::string> messages{};

  /// Hands samples to the system; what it throws is booked and fails those samples.
  void issue(std::span<const QuerySample> samples) noexcept;

  enum class Wait { settled, stalled, interrupted, max_duration };

  /// Waits until `target` samples have settled. stalled: nothing settled for the drain timeout. interrupted: the stop
  /// was asked for, and one more second has passed. max_duration: only where `bounded` and the run has lasted that
  /// long.
  [[nodiscard]] Wait wait_settled(std::uint64_t target, bool bounded = false) noexcept;

  [[nodiscard]] Nanoseconds elapsed(Instant now) const { return now - start; }
};

/// SingleStream and MultiStream: the next query when all samples of the last one are back.
[[nodiscard]] EndCause dispatch_closed_loop(Dispatcher& dispatcher, QueryPlan& plan);

/// Server: each query at its arrival time, whatever the system does; several issuing threads take every n-th.
[[nodiscard]] EndCause dispatch_server(Dispatcher& dispatcher, QueryPlan& plan);

/// Offline: one query that holds everything.
[[nodiscard]] EndCause dispatch_offline(Dispatcher& dispatcher, QueryPlan& plan);

}  // namespace assay
