#include "analysis/run_distributions.hpp"

#include <algorithm>
#include <cstddef>
#include <future>
#include <span>
#include <utility>
#include <vector>

#include "analysis/lateness.hpp"
#include "analysis/launch_policy.hpp"

namespace assay {
namespace {

constexpr std::int64_t kLost = kNever.count();

/// scheduled <= issued <= started, first token <= completed, as far as they happened. An issue a little before its
/// schedule is the generator's affair and no contradiction, but nothing comes back before it was issued.
bool contradictory(const QueryRecord& record) {
  if (!record.completed()) {
    return false;
  }
  const auto within = [&record](std::int64_t time) {
    return time == QueryRecord::kUnset || (time >= record.issued_ns && time <= record.completed_ns);
  };
  return record.completed_ns < record.issued_ns || record.completed_ns < record.scheduled_ns ||
         !within(record.started_ns) || !within(record.first_token_ns);
}

using Column = std::vector<std::int64_t>;

struct Columns {
  Column response;
  Column service;
  Column first_token;
  Column token_time;
};

struct Counts {
  Nanoseconds last_completion{0};
  std::uint64_t completed = 0;
  std::uint64_t lost = 0;
  std::uint64_t dropped = 0;
  std::uint64_t single_token = 0;
  std::uint64_t contradictory = 0;
};

/// Counts one record; true if it has latencies.
bool count_record(const QueryRecord& record, bool token_latencies, Counts& counts) {
  if (!record.completed()) {
    ++(record.dropped() ? counts.dropped : counts.lost);
    return false;
  }
  if (contradictory(record)) {
    ++counts.contradictory;
    return false;
  }
  ++counts.completed;
  counts.last_completion = std::max(counts.last_completion, Nanoseconds{record.completed_ns});
  counts.single_token += token_latencies && record.token_count == 1 ? 1 : 0;
  return true;
}

void append_tokens(const QueryRecord& record, bool usable, Columns& columns) {
  const bool has_first = record.first_token_ns != QueryRecord::kUnset && (usable || !record.completed());
  columns.first_token.push_back(has_first ? std::max<std::int64_t>(0, record.first_token_ns - record.scheduled_ns)
                                          : kLost);
  if (!usable) {
    columns.token_time.push_back(kLost);
  } else if (has_first && record.token_count >= 2) {
    columns.token_time.push_back((record.completed_ns - record.first_token_ns) / (record.token_count - 1));
  }
}

bool reports_tokens(const TestResult& result) {
  const auto has_first = [](const QueryRecord& record) { return record.first_token_ns != QueryRecord::kUnset; };
  return result.settings.token_latencies &&
         (result.settings.scenario != Scenario::offline || std::ranges::any_of(result.records, has_first));
}

Columns columns_of(const TestResult& result, Counts& counts) {
  const std::span<const QueryRecord> records = result.records;
  const std::uint64_t stride = records_per_response(result);
  const bool tokens = reports_tokens(result);
  Columns columns;
  columns.response.reserve(records.size() / stride + 1);
  columns.service.reserve(records.size());
  for (std::size_t begin = 0; begin < records.size(); begin += stride) {
    std::int64_t slowest = 0;
    for (const QueryRecord& record : records.subspan(begin, std::min<std::size_t>(stride, records.size() - begin))) {
      const bool usable = count_record(record, result.settings.token_latencies, counts);
      slowest = std::max(slowest, usable ? record.latency().count() : kLost);
      columns.service.push_back(usable ? record.service_time().count() : kLost);
      if (tokens) {
        append_tokens(record, usable, columns);
      }
    }
    columns.response.push_back(slowest);
  }
  return columns;
}

}  // namespace

std::uint64_t records_per_response(const TestResult& result) {
  return result.settings.scenario == Scenario::multi_stream ? std::max<std::uint64_t>(1, result.samples_per_query) : 1;
}

RunDistributions distributions_of(const TestResult& result) {
  const std::launch policy = launch_policy(result.records.size());
  auto lateness = std::async(policy, [&result] { return lateness_record(result); });
  Counts counts;
  Columns columns = columns_of(result, counts);
  auto response = std::async(policy, [&columns] { return LatencyDistribution(std::move(columns.response)); });
  const bool tokens = !columns.first_token.empty();
  RunDistributions run{.response = LatencyDistribution({}), .service = LatencyDistribution(std::move(columns.service))};
  if (tokens) {
    run.first_token.emplace(std::move(columns.first_token));
    run.token_time.emplace(std::move(columns.token_time));
  }
  run.response = response.get();
  run.lateness = lateness.get();
  run.last_completion = counts.last_completion;
  run.completed_queries = run.response.count() - run.response.lost_count();
  run.completed_samples = counts.completed;
  run.lost_samples = counts.lost;
  run.dropped_samples = counts.dropped;
  run.single_token_samples = counts.single_token;
  run.contradictory_samples = counts.contradictory;
  return run;
}

}  // namespace assay
