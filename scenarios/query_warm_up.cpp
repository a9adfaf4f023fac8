#include "scenarios/query_warm_up.hpp"

#include <algorithm>
#include <vector>

#include "harness/steady_clock.hpp"
#include "loadgen/load_generator.hpp"

namespace assay {

namespace {

TestResult warm_up_test(SystemUnderTest& system, QuerySampleLibrary& library, TestSettings settings,
                        const std::stop_token& stop) {
  settings.response_log_count = 0;
  SteadyClock clock;
  return run_test(settings, system, library, {.clock = clock, .stop = stop});
}

}  // namespace

WarmUp warm_up_by_queries(SystemUnderTest& system, QuerySampleLibrary& library, Nanoseconds duration,
                          std::uint64_t samples_at_once, const std::stop_token& stop) {
  TestSettings single = TestSettings::defaults_for(Scenario::single_stream);
  single.min_duration = duration / 2;
  single.max_duration = duration / 2;
  single.min_query_count = 1;
  single.expected_latency = Nanoseconds{1};  // sizes the log: more than any system can fill
  const TestResult alone = warm_up_test(system, library, single, stop);
  std::vector<Nanoseconds> times;
  for (const QueryRecord& record : alone.records) {
    if (record.completed()) {
      times.push_back(Nanoseconds{record.completed_ns - record.scheduled_ns});
    }
  }
  WarmUp warm{.duration = duration, .run_count = times.size()};
  warm.service_time_median = std::max(median_of(times), Nanoseconds{1});

  constexpr std::int64_t kMost = 1'000'000;
  TestSettings offline = TestSettings::defaults_for(Scenario::offline);
  offline.min_duration = Nanoseconds{0};
  offline.min_query_count =
      std::max(samples_at_once,
               static_cast<std::uint64_t>(std::clamp<std::int64_t>(duration / 2 / warm.service_time_median, 1, kMost)));
  const TestResult all = warm_up_test(system, library, offline, stop);
  std::int64_t last_ns = 1;
  for (const QueryRecord& record : all.records) {
    last_ns = std::max(last_ns, record.completed_ns);
  }
  warm.run_count += all.records.size();
  warm.samples_per_s = static_cast<double>(all.records.size()) / seconds(Nanoseconds{last_ns});
  return warm;
}

}  // namespace assay
