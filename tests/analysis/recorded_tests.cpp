#include "tests/analysis/recorded_tests.hpp"

#include <algorithm>

namespace assay {
namespace {

QueryRecord record(Nanoseconds scheduled, Nanoseconds latency) {
  return {.scheduled_ns = scheduled.count(),
          .issued_ns = scheduled.count(),
          .started_ns = scheduled.count(),
          .completed_ns = (scheduled + latency).count()};
}

}  // namespace

TestResult server_test(const std::vector<Nanoseconds>& latencies, Nanoseconds gap) {
  TestResult result;
  result.settings = TestSettings::defaults_for(Scenario::server);
  result.settings.server_target_qps = 1.0 / seconds(gap);
  result.settings.min_query_count = 1;
  Nanoseconds scheduled{0};
  for (const Nanoseconds latency : latencies) {
    result.records.push_back(record(scheduled, latency));
    result.scheduled_duration = result.issue_duration = scheduled;
    scheduled += gap;
  }
  result.settings.min_duration = result.scheduled_duration;
  result.query_count = latencies.size();
  return result;
}

std::vector<Nanoseconds> mostly(std::uint64_t count, Nanoseconds usual, std::uint64_t slow_count, Nanoseconds slow) {
  std::vector<Nanoseconds> latencies(count, usual);
  std::fill_n(latencies.rbegin(), slow_count, slow);
  return latencies;
}

TestResult single_stream_test(const std::vector<Nanoseconds>& latencies) {
  TestResult result;
  result.settings = TestSettings::defaults_for(Scenario::single_stream);
  result.settings.min_query_count = 1;
  Nanoseconds issued{0};
  for (const Nanoseconds latency : latencies) {
    result.records.push_back(record(issued, latency));
    result.scheduled_duration = result.issue_duration = issued;
    issued += latency;
  }
  result.settings.min_duration = result.issue_duration;
  result.query_count = latencies.size();
  return result;
}

TestResult offline_test(const std::vector<Nanoseconds>& completions) {
  TestResult result;
  result.settings = TestSettings::defaults_for(Scenario::offline);
  for (const Nanoseconds completion : completions) {
    result.records.push_back(record(Nanoseconds{0}, completion));
  }
  result.settings.min_duration = completions.empty() ? Nanoseconds{0} : *std::ranges::max_element(completions);
  result.query_count = completions.empty() ? 0 : 1;
  result.samples_per_query = completions.size();
  return result;
}

}  // namespace assay
