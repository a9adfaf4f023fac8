#pragma once

#include <cstdint>
#include <limits>

#include "harness/time.hpp"
#include "loadgen/query.hpp"

namespace assay {

/// What became of one sample. Times are nanoseconds since the start of the run; kUnset where the event did not
/// happen. 48 bytes, preallocated.
struct QueryRecord {
  static constexpr std::int64_t kUnset = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kDropped = kUnset + 1;

  std::int64_t scheduled_ns = kUnset;    ///< when it should have been issued
  std::int64_t issued_ns = kUnset;       ///< when issue_query() was called
  std::int64_t started_ns = kUnset;      ///< when work on it began, if the system says so
  std::int64_t first_token_ns = kUnset;  ///< when the first token was out, if there are tokens
  std::int64_t completed_ns = kUnset;    ///< kUnset: lost; kDropped: a frame that was given up on purpose
  QuerySampleIndex sample_index = 0;
  std::uint32_t token_count = 0;

  [[nodiscard]] bool issued() const { return issued_ns != kUnset; }
  [[nodiscard]] bool completed() const { return completed_ns > kDropped; }
  [[nodiscard]] bool dropped() const { return completed_ns == kDropped; }

  /// Response time, from the *scheduled* arrival; kNever if lost or dropped.
  [[nodiscard]] Nanoseconds latency() const { return completed() ? Nanoseconds{completed_ns - scheduled_ns} : kNever; }
  /// From the start of work (of the issue, where the system does not report the start); kNever if lost or dropped.
  [[nodiscard]] Nanoseconds service_time() const {
    return completed() ? Nanoseconds{completed_ns - (started_ns != kUnset ? started_ns : issued_ns)} : kNever;
  }
  /// The generator's own lateness.
  [[nodiscard]] Nanoseconds issue_delay() const { return Nanoseconds{issued_ns - scheduled_ns}; }
};
static_assert(sizeof(QueryRecord) == 48);

}  // namespace assay
