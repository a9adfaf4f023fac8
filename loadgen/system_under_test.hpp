#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/time.hpp"
#include "loadgen/query.hpp"

namespace assay {

/// Where a system under test reports what happened. Safe from any thread; allocates and locks nothing. It outlives
/// the run for as long as the system holds it: what comes late or twice is booked as an error of the run.
class ResponseSink {
 public:
  ResponseSink() = default;
  ResponseSink(const ResponseSink&) = delete;
  ResponseSink& operator=(const ResponseSink&) = delete;
  virtual ~ResponseSink() = default;

  /// Work on these samples begins now. Optional: without it the service time counts from the issue.
  virtual void started(std::span<const QuerySample> samples) noexcept = 0;

  /// The first token of this sample is out now (TTFT).
  virtual void first_token(QueryId id) noexcept = 0;

  /// These samples are complete now: one time stamp, taken on entry, holds for all of them.
  virtual void complete(std::span<const QueryResponse> responses) noexcept = 0;

  /// The same for a system that knows when it happened better than the moment of the call tells: whoever receives many
  /// answers at once. A sink without a record of times takes the moment of the call.
  virtual void first_token_at(QueryId id, Instant /*when*/) noexcept { first_token(id); }
  virtual void complete_at(std::span<const QueryResponse> responses, Instant /*when*/) noexcept { complete(responses); }

  /// The system gave this sample up: it counts as never completed, and the run is INVALID.
  virtual void failed(QueryId id) noexcept = 0;
};

/// What is measured (MLPerf LoadGen's SystemUnderTest). Queries may complete inside issue_query() or later, from any
/// thread.
class SystemUnderTest {
 public:
  SystemUnderTest() = default;
  SystemUnderTest(const SystemUnderTest&) = delete;
  SystemUnderTest& operator=(const SystemUnderTest&) = delete;
  virtual ~SystemUnderTest() = default;

  [[nodiscard]] virtual std::string name() const = 0;

  /// Once before the first query of a run.
  virtual void begin_run(std::shared_ptr<ResponseSink> sink) = 0;

  /// Hands over one query (with coalescing: all queries that are due). `samples` lives only during the call. Blocking
  /// here delays all later queries, and the delay is charged to their latency. What it throws fails these samples.
  virtual void issue_query(std::span<const QuerySample> samples) = 0;

  /// No more queries follow for now: a batcher must not wait for company any longer.
  virtual void flush_queries() = 0;

  /// The run was stopped early: whatever waits may be given up, for its answers are not wanted. From any thread, also
  /// while another one is inside issue_query(), but never before begin_run() or after end_run().
  virtual void cancel() noexcept {}

  /// Once after the last query completed or was given up.
  virtual void end_run() {}
};

/// The data set (MLPerf LoadGen's QuerySampleLibrary).
class QuerySampleLibrary {
 public:
  QuerySampleLibrary() = default;
  QuerySampleLibrary(const QuerySampleLibrary&) = delete;
  QuerySampleLibrary& operator=(const QuerySampleLibrary&) = delete;
  virtual ~QuerySampleLibrary() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual std::uint64_t total_sample_count() const = 0;
  /// How many samples fit into memory at once.
  [[nodiscard]] virtual std::uint64_t performance_sample_count() const = 0;

  virtual void load_samples(std::span<const QuerySampleIndex> samples) = 0;
  virtual void unload_samples(std::span<const QuerySampleIndex> samples) = 0;
};

}  // namespace assay
