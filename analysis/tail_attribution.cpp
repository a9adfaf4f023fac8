#include "analysis/tail_attribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>

#include "analysis/format.hpp"
#include "analysis/percentile.hpp"

namespace assay {
namespace {

enum Cause : std::size_t {
  kGenerator,
  kQueueing,
  kWakeUp,
  kRunQueue,
  kQuota,
  kSteal,
  kFaults,
  kMigration,
  kUnattributed,
  kCauses
};
constexpr std::array<const char*, kCauses> kNames{"generator",      "own queueing", "wake-up",
                                                  "run-queue wait", "CPU quota",    "steal",
                                                  "page faults",    "migration",    "unattributed"};

/// The usual length of each part of a query's life.
struct Usual {
  std::int64_t latency_ns = 0;
  std::int64_t issue_ns = 0;
  std::int64_t queue_ns = 0;
  std::int64_t service_ns = 0;
};

std::int64_t median_of(std::vector<std::int64_t> values) {
  if (values.empty()) {
    return 0;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::int64_t start_of(const QueryRecord& record) {
  return record.started_ns != QueryRecord::kUnset ? record.started_ns : record.issued_ns;
}

/// When a worker was free for the record at `position`: at its issue, or once enough of the earlier queries that were
/// then under way had completed. Exact for a first-come queue without batches.
std::int64_t free_worker_at(const std::vector<QueryRecord>& records, std::size_t position, std::uint64_t workers) {
  constexpr std::size_t kFarthest = 20'000;  // records looked back at
  constexpr std::size_t kDone = 256;         // so many completed ones in a row: those before them are complete too
  const std::int64_t issued = records[position].issued_ns;
  std::vector<std::int64_t> under_way;
  std::size_t done = 0;
  for (std::size_t back = 1; back <= std::min(position, kFarthest) && done < kDone; ++back) {
    const QueryRecord& earlier = records[position - back];
    if (earlier.completed() && earlier.completed_ns <= issued) {
      ++done;
    } else if (earlier.completed()) {
      done = 0;
      under_way.push_back(earlier.completed_ns);
    }
  }
  if (under_way.size() < workers) {
    return issued;
  }
  const auto last = under_way.begin() + static_cast<std::ptrdiff_t>(under_way.size() - workers);
  std::nth_element(under_way.begin(), last, under_way.end());
  return *last;
}

/// The record that decided each response: in MultiStream the slowest sample of a query.
std::vector<std::size_t> deciding_records(const TestResult& result) {
  const std::size_t each = records_per_response(result);
  std::vector<std::size_t> deciding;
  for (std::size_t first = 0; first < result.records.size(); first += each) {
    std::size_t slowest = first;
    for (std::size_t i = first; i < std::min(first + each, result.records.size()); ++i) {
      if (result.records[i].latency() > result.records[slowest].latency()) {
        slowest = i;
      }
    }
    if (result.records[slowest].completed()) {
      deciding.push_back(slowest);
    }
  }
  return deciding;
}

Usual usual_of(const TestResult& result, const std::vector<std::size_t>& deciding) {
  std::array<std::vector<std::int64_t>, 4> columns;
  for (const std::size_t i : deciding) {
    const QueryRecord& record = result.records[i];
    columns[0].push_back(record.latency().count());
    columns[1].push_back(record.issue_delay().count());
    columns[2].push_back(start_of(record) - record.issued_ns);
    columns[3].push_back(record.service_time().count());
  }
  return {.latency_ns = median_of(std::move(columns[0])),
          .issue_ns = median_of(std::move(columns[1])),
          .queue_ns = median_of(std::move(columns[2])),
          .service_ns = median_of(std::move(columns[3]))};
}

using CauseTimes = std::array<std::int64_t, kCauses>;

/// Gives each cause at most what is left of the excess.
class Splitter {
 public:
  explicit Splitter(std::int64_t excess_ns) : left_(std::max<std::int64_t>(excess_ns, 0)) {}
  void give(Cause cause, std::int64_t amount_ns) {
    const std::int64_t given = std::clamp<std::int64_t>(amount_ns, 0, left_);
    parts_[cause] += given;
    left_ -= given;
  }
  [[nodiscard]] CauseTimes finish() {
    give(kUnattributed, left_);
    return parts_;
  }

 private:
  CauseTimes parts_{};
  std::int64_t left_;
};

CauseTimes split(const QueryRecord& record, std::int64_t worker_free_ns, const Usual& usual,
                 const SlowService* account) {
  Splitter splitter(record.latency().count() - usual.latency_ns);
  splitter.give(kGenerator, record.issue_delay().count() - usual.issue_ns);
  const std::int64_t until_start = start_of(record) - record.issued_ns - usual.queue_ns;
  const std::int64_t queueing = std::min(worker_free_ns - record.issued_ns, until_start);
  splitter.give(kQueueing, queueing);
  splitter.give(kWakeUp, until_start - std::max<std::int64_t>(queueing, 0));
  if (account != nullptr) {
    splitter.give(kRunQueue, account->waited.count());
    splitter.give(kSteal, account->elsewhere.count());
    const std::int64_t rest =
        record.service_time().count() - usual.service_ns - account->waited.count() - account->elsewhere.count();
    if (account->minor_faults + account->major_faults > 0) {
      splitter.give(kFaults, rest);
    } else if (account->migrated) {
      splitter.give(kMigration, rest);
    }
  }
  return splitter.finish();
}

void fill_totals(AttributionRecord& record, const ServiceAccounts& accounts, const AttributionContext& context,
                 Nanoseconds run) {
  const double worker_seconds = seconds(run) * static_cast<double>(std::max<std::uint64_t>(context.worker_count, 1));
  if (!accounts.not_available.empty() || accounts.readings == 0 || worker_seconds <= 0.0) {
    return;
  }
  record.involuntary_switches_per_s = static_cast<double>(accounts.involuntary_switches) / worker_seconds;
  record.waited_share = seconds(accounts.waited) / worker_seconds;
  record.accounting_share = static_cast<double>(accounts.readings) * seconds(accounts.reading_cost) / worker_seconds;
}

}  // namespace

std::optional<AttributionRecord> attribute_tail(const TestResult& result, const RunDistributions& distributions,
                                                const ServiceAccounts& accounts, const AttributionContext& context) {
  if (result.settings.scenario == Scenario::offline || result.settings.mode == TestMode::accuracy ||
      distributions.response.count() == 0) {
    return std::nullopt;
  }
  const std::vector<std::size_t> deciding = deciding_records(result);
  const Usual usual = usual_of(result, deciding);
  const Nanoseconds threshold = distributions.response.at(context.percentile);
  std::unordered_map<std::uint64_t, const SlowService*> by_position;
  // An interrupted run leaves out what was under way, so that positions in the log are no longer those of records.
  if (result.end_cause != EndCause::interrupted) {
    for (const SlowService& slow : accounts.slow) {
      by_position.emplace(slow.id, &slow);
    }
  }
  AttributionRecord attribution{.threshold_s = seconds(threshold), .causes = {}};
  for (const char* name : kNames) {
    attribution.causes.push_back({.name = name});
  }
  CauseTimes sums{};
  for (const std::size_t i : deciding) {
    const QueryRecord& record = result.records[i];
    if (record.latency() <= threshold) {
      continue;
    }
    const auto found = by_position.find(i);
    const SlowService* const account = found == by_position.end() ? nullptr : found->second;
    const CauseTimes parts = split(record, free_worker_at(result.records, i, context.worker_count), usual, account);
    ++attribution.slow_count;
    // Who was quick once it ran needs no account.
    const bool slow_service = static_cast<double>(record.service_time().count()) >
                              SlowServiceLog::kSlowFactor * static_cast<double>(usual.service_ns);
    attribution.without_account += account == nullptr && slow_service ? 1 : 0;
    const auto largest = std::max_element(parts.begin(), parts.end()) - parts.begin();
    ++attribution.causes[static_cast<std::size_t>(largest)].query_count;
    std::transform(parts.begin(), parts.end(), sums.begin(), sums.begin(), std::plus<>());
  }
  if (attribution.slow_count == 0) {
    return std::nullopt;
  }
  const std::int64_t quota = std::min(context.throttled.count(), sums[kRunQueue]);
  sums[kRunQueue] -= quota;
  sums[kQuota] += quota;
  for (std::size_t cause = 0; cause < kCauses; ++cause) {
    attribution.causes[cause].excess_s = seconds(Nanoseconds{sums[cause]});
  }
  attribution.excess_s = seconds(Nanoseconds{std::accumulate(sums.begin(), sums.end(), std::int64_t{0})});
  fill_totals(attribution, accounts, context, distributions.last_completion);
  return attribution;
}

std::string attribution_sentence(const AttributionRecord& attribution) {
  if (attribution.excess_s <= 0.0) {
    return fmt::format("the {} slowest queries took no longer than the median", attribution.slow_count);
  }
  std::vector<AttributionRecord::Cause> causes = attribution.causes;
  std::stable_sort(causes.begin(), causes.end(), [](const auto& a, const auto& b) { return a.excess_s > b.excess_s; });
  std::string shares;
  for (const AttributionRecord::Cause& cause : causes) {
    const double share = cause.excess_s / attribution.excess_s;
    constexpr double kWorthAWord = 0.005;
    if (share >= kWorthAWord) {
      shares += fmt::format("{}{:.0f} % {}", shares.empty() ? "" : ", ", 100.0 * share, cause.name);
    }
  }
  const std::string missing =
      attribution.without_account == 0
          ? ""
          : fmt::format("; {} of them without the kernel's account", format_count(attribution.without_account));
  return fmt::format("the {} queries above {} lost {} beyond the median: {}{}", format_count(attribution.slow_count),
                     format_duration(attribution.threshold_s), format_duration(attribution.excess_s), shares, missing);
}

}  // namespace assay
