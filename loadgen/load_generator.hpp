#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "harness/clock.hpp"
#include "loadgen/run_progress.hpp"
#include "loadgen/system_under_test.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// What a run is handed besides its settings. Nothing in here outlives the call.
struct RunContext {
  Clock& clock;
  std::stop_token stop{};                   ///< asks the run to end; what was measured is kept
  std::shared_ptr<RunProgress> progress{};  ///< may be null
  /// Called on each issuing thread before the first query, with its number: pins it, sets its priority. May be empty.
  std::function<void(int)> on_issuing_thread{};
};

/// Runs one test from the first query to the last completion and returns everything it recorded. Re-entrant: it
/// keeps no state between calls, and several may run at a time.
///
/// Semantics are MLPerf LoadGen's (which queries are issued when, with which samples), except that time is
/// monotonic, a lost query ends the run at the drain timeout instead of never, and errors are counted.
/// Throws std::invalid_argument listing every setting that makes no sense, before anything is issued.
[[nodiscard]] TestResult run_test(const TestSettings& settings, SystemUnderTest& system, QuerySampleLibrary& library,
                                  const RunContext& context);

}  // namespace assay
