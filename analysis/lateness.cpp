#include "analysis/lateness.hpp"

#include <algorithm>
#include <vector>

#include "analysis/fast_sort.hpp"
#include "analysis/percentile.hpp"

namespace assay {

LatenessRecord lateness_record(const TestResult& result) {
  const Nanoseconds threshold = result.settings.lateness_threshold();
  LatenessRecord record{.threshold_s = seconds(threshold), .allowed_share = result.settings.late_share_allowed};
  if (result.settings.scenario != Scenario::server || result.records.empty()) {
    return record;
  }
  std::vector<std::int64_t> delays;
  delays.reserve(result.records.size());
  for (const QueryRecord& query : result.records) {
    delays.push_back(std::max<std::int64_t>(0, query.issue_delay().count()));
  }
  sort_ascending(delays);
  const auto at = [&delays](std::uint32_t ppm) {
    return seconds(Nanoseconds{delays[Percentile::of_parts_per_million(ppm).rank(delays.size()) - 1]});
  };
  record.p50_s = at(500'000);
  record.p90_s = at(900'000);
  record.p99_s = at(990'000);
  record.max_s = at(1'000'000);
  const auto late = delays.end() - std::upper_bound(delays.begin(), delays.end(), threshold.count());
  record.late_share = static_cast<double>(late) / static_cast<double>(delays.size());
  return record;
}

}  // namespace assay
