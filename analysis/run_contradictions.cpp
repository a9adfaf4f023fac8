#include "analysis/run_contradictions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "analysis/run_file_field.hpp"

namespace assay {

namespace {

class Contradictions {
 public:
  std::vector<std::string> all;

  void estimate(const std::string& place, const EstimateRecord& record) {
    const bool ordered = !(record.lower && record.upper) || *record.lower <= *record.upper;
    const bool around = !record.point || ((!record.lower || *record.lower <= *record.point) &&
                                          (!record.upper || *record.point <= *record.upper));
    if (!ordered || !around) {
      all.push_back(place + ": expected lower <= point <= upper");
    }
  }

  void latency(const std::string& place, const LatencyRecord& record) {
    std::vector<std::pair<double, const std::pair<const std::string, EstimateRecord>*>> order;
    for (const auto& named : record.percentiles_s) {
      estimate(fmt::format("{}.{}", place, printable(named.first, kLongestShownKey)), named.second);
      order.emplace_back(std::strtod(named.first.c_str() + 1, nullptr), &named);
    }
    std::ranges::sort(order);
    std::optional<double> before;
    for (const auto& [percent, named] : order) {
      if (percent > 100.0) {
        all.push_back(fmt::format("{}.{}: expected a percentile of at most 100", place,
                                  printable(named->first, kLongestShownKey)));
      }
      if (before && named->second.point && *named->second.point < *before) {
        all.push_back(fmt::format("{}.{}: expected no less than a lower percentile", place,
                                  printable(named->first, kLongestShownKey)));
      }
      before = named->second.point ? named->second.point : before;
    }
    if (record.min_s && record.max_s && *record.min_s > *record.max_s) {
      all.push_back(place + ".min_s: expected at most max_s");
    }
    if (record.lost_count > record.count) {
      all.push_back(place + ".lost_count: expected at most count");
    }
    const auto binned = std::accumulate(record.histogram.begin(), record.histogram.end(), std::uint64_t{0},
                                        [](std::uint64_t sum, const auto& bin) { return sum + bin.second; });
    if (binned + record.lost_count != record.count) {
      all.push_back(fmt::format("{}.hist.counts: expected {} observations, found {}", place,
                                record.count - std::min(record.count, record.lost_count), binned));
    }
  }
};

}  // namespace

std::vector<std::string> run_contradictions(const RunDocument& run) {
  Contradictions found;
  if (run.valid != run.invalid_reasons.empty()) {
    found.all.emplace_back("result.valid: expected true exactly where invalid_reasons is empty");
  }
  found.estimate("result.metric", run.metric);
  if (run.slo_met_share) {
    found.estimate("result.slo_met_share", *run.slo_met_share);
  }
  found.latency("result.latency", run.latency);
  found.latency("result.service_time", run.service_time);
  if (run.first_token) {
    found.latency("result.first_token", *run.first_token);
  }
  if (run.token_time) {
    found.latency("result.token_time", *run.token_time);
  }
  return found.all;
}

}  // namespace assay
