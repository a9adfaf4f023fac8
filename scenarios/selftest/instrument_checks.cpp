#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "analysis/format.hpp"
#include "analysis/run_comparison.hpp"
#include "analysis/selftest_judgement.hpp"
#include "scenarios/selftest/selftest_checks.hpp"

namespace assay {

namespace {

constexpr auto kP1 = Percentile::of_parts_per_million(10'000);
constexpr auto kP50 = Percentile::of_parts_per_million(500'000);
constexpr auto kP97 = Percentile::of_parts_per_million(970'000);
constexpr auto kP99 = Percentile::of_parts_per_million(990'000);

/// Recorded minus witnessed, one entry a query.
std::vector<std::int64_t> differences(const std::vector<std::int64_t>& recorded,
                                      const std::vector<std::int64_t>& witnessed) {
  std::vector<std::int64_t> result;
  result.reserve(recorded.size());
  std::ranges::transform(recorded, witnessed, std::back_inserter(result), std::minus<>());
  return result;
}

/// One row of differences that should be 0 but for the hand-over. The median cannot be moved by a machine that
/// interrupts less than half of the queries: beyond the hand-over it is the instrument's own.
SelftestCheck stamp_check(const std::string& id, const std::string& title, const std::vector<std::int64_t>& all) {
  SelftestCheck check{.id = id, .title = title, .unit = "s", .truth = 0.0};
  if (all.empty()) {
    check.measured.reason = "no run was made";
    check.evidence = check.measured.reason;
    return check;
  }
  const double median = seconds(percentile_of(all, kP50));
  check.measured = {.point = median,
                    .lower = seconds(percentile_of(all, kP1)),
                    .upper = seconds(percentile_of(all, kP99)),
                    .confidence = 0.98,
                    .reason = "the limits are P1 and P99 of the differences"};
  const bool sound = std::abs(median) <= kHandOverSeconds;
  check.verdict = sound ? SelftestVerdict::pass : SelftestVerdict::fail;
  check.evidence = fmt::format("median of {} queries within {} of the system's own account (CLOCK_MONOTONIC)",
                               format_count(all.size()), format_duration(kHandOverSeconds));
  return check;
}

void append(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Five against five in the order A B B A: what drifts is shared.
constexpr std::size_t kSide = 5;

struct Sides {
  ComparisonSide a{.name = "A", .system = {}, .runs = {}};
  ComparisonSide b{.name = "B", .system = {}, .runs = {}};
};

Sides in_turn(const std::vector<RunDocument>& runs, std::size_t first) {
  Sides sides;
  for (std::size_t i = 0; i < 2 * kSide; ++i) {
    const bool to_a = i % 4 == 0 || i % 4 == 3;
    // Ten runs in A B B A A B B A A B: five each.
    (to_a ? sides.a : sides.b).runs.push_back(runs[first + i]);
  }
  return sides;
}

ComparisonVerdict verdict_of(const Sides& sides, std::string& reasons) {
  const RunComparison comparison = compare_runs(sides.a, sides.b);
  const ComparisonBlock& block = comparison.blocks.front();
  if (block.verdict == ComparisonVerdict::not_comparable) {
    reasons = fmt::format("{}", fmt::join(block.reasons, "; "));
  }
  return block.verdict;
}

SelftestCheck equal_systems_check(const std::vector<KnownRuns>& runs) {
  SelftestCheck check{
      .id = "compare.equal", .title = "A/A: equal systems called FASTER or SLOWER", .unit = "verdicts", .truth = 0.0};
  std::uint64_t made = 0;
  std::uint64_t alarms = 0;
  std::string refused;
  for (const KnownRuns& of_system : runs) {
    for (std::size_t first = 0; first + 2 * kSide <= of_system.undisturbed.size(); first += 2 * kSide) {
      const ComparisonVerdict verdict = verdict_of(in_turn(of_system.undisturbed, first), refused);
      ++made;
      alarms += verdict == ComparisonVerdict::faster || verdict == ComparisonVerdict::slower ? 1U : 0U;
    }
  }
  constexpr std::uint64_t kFewest = 6;  // fewer would let an instrument pass that is wrong half of the time
  if (made < kFewest) {
    check.evidence =
        fmt::format("{} comparisons of five undisturbed runs with five could be made, {} needed", made, kFewest);
    return check;
  }
  const std::uint64_t most = most_alarms(made, RunComparison::kError);
  check.measured = {.point = static_cast<double>(alarms), .lower = 0.0, .upper = static_cast<double>(most)};
  check.verdict = alarms <= most && refused.empty() ? SelftestVerdict::pass : SelftestVerdict::fail;
  check.evidence = refused.empty()
                       ? fmt::format("{} of {} comparisons (at most {} at an error of 5 %)", alarms, made, most)
                       : "equal systems were refused: " + refused;
  return check;
}

SelftestCheck slower_system_check(const SelftestContext& context, const std::vector<KnownRuns>& runs) {
  constexpr double kSlower = 1.3;
  constexpr std::uint64_t kNumber = 1000;
  SelftestCheck check{.id = "compare.slower", .title = "A/B: a system 30 % slower", .unit = "ratio", .truth = kSlower};
  const auto base = std::ranges::find_if(runs, [](const KnownRuns& one) { return one.system.id == "exponential"; });
  if (base == runs.end() || base->undisturbed.size() < kSide) {
    check.evidence = fmt::format("fewer than {} undisturbed runs of the system to compare with", kSide);
    return check;
  }
  context.phase("a slower system");
  KnownSystem slower = base->system;
  slower.law.mean = from_seconds(kSlower * seconds(slower.law.mean));
  const KnownRuns found = run_known_system(context, slower, kNumber, kSide);
  if (found.undisturbed.size() < kSide) {
    check.evidence =
        fmt::format("{} undisturbed runs of the slower system, {} needed", found.undisturbed.size(), kSide);
    return check;
  }
  Sides sides;
  for (std::size_t i = 0; i < kSide; ++i) {
    sides.a.runs.push_back(base->undisturbed[i]);
    sides.b.runs.push_back(found.undisturbed[i]);
  }
  const RunComparison comparison = compare_runs(sides.a, sides.b);
  const ComparisonBlock& block = comparison.blocks.front();
  if (!block.rows.empty()) {
    check.measured = block.rows.front().ratio;
  }
  check.verdict = block.verdict == ComparisonVerdict::slower ? SelftestVerdict::pass : SelftestVerdict::fail;
  check.evidence = fmt::format("{}, five runs against five", name_of(block.verdict));
  if (block.verdict == ComparisonVerdict::not_comparable) {
    check.evidence += ": " + fmt::format("{}", fmt::join(block.reasons, "; "));
  }
  return check;
}

/// A generator that the system blocks for `kBlock` after every kEach-th of queries a millisecond apart: how late each
/// query is follows from the schedule alone.
constexpr std::uint64_t kEach = 80;
constexpr Nanoseconds kBlock = std::chrono::microseconds{5500};

struct BlockedTruth {
  double late_share = 0.0;
  std::vector<std::int64_t> latencies_ns;
};

BlockedTruth blocked_truth(const KnownSystem& system, Nanoseconds late_from) {
  BlockedTruth truth;
  const auto gap = static_cast<std::int64_t>(std::llround(1e9 / system.arrival_rate));
  std::vector<std::int64_t> issued;
  std::int64_t free_at = 0;
  std::uint64_t late = 0;
  for (std::uint64_t i = 0; i < system.queries; ++i) {
    const auto scheduled = static_cast<std::int64_t>(i) * gap;
    issued.push_back(std::max(scheduled, free_at));
    late += issued.back() - scheduled > late_from.count() ? 1U : 0U;
    if ((i + 1) % kEach == 0) {
      free_at = issued.back() + kBlock.count();
    }
  }
  truth.late_share = static_cast<double>(late) / static_cast<double>(system.queries);
  const std::vector<Nanoseconds> services(system.queries, system.law.mean);
  truth.latencies_ns = ideal_latencies(issued, services, {Nanoseconds{0}});
  for (std::uint64_t i = 0; i < system.queries; ++i) {
    truth.latencies_ns[i] += issued[i] - static_cast<std::int64_t>(i) * gap;
  }
  return truth;
}

std::vector<SelftestCheck> blocked_checks(const SelftestContext& context) {
  const KnownSystem system{.name = "blocked generator",
                           .id = "blocked",
                           .law = {.shape = ServiceLaw::Shape::constant, .mean = std::chrono::microseconds{200}},
                           .arrival_rate = 1000.0,
                           .percentiles = {kP97},
                           .queries = 800};
  context.phase(system.name, system.expected_duration());
  SelftestCheck share{
      .id = "lateness.blocked", .title = "lateness: share late under a generator blocked for 5.5 ms", .unit = "share"};
  SelftestCheck latency{.id = "lateness.charged", .title = "that lateness is charged to the latency: P97", .unit = "s"};
  const WitnessedRun run = run_witnessed(
      system, {.seed = context.request.seed, .block_each = kEach, .block = kBlock, .constant_arrivals = true},
      context.place, context.stop);
  const BlockedTruth truth = blocked_truth(system, from_seconds(run.document.lateness.threshold_s));
  share.truth = truth.late_share;
  latency.truth = seconds(percentile_of(truth.latencies_ns, kP97));
  if (run.interrupted || run.recorded_ns.size() != system.queries) {
    share.evidence = latency.evidence = "interrupted";
    return {share, latency};
  }
  const auto witnessed_late =
      static_cast<double>(std::ranges::count_if(
          run.late_witnessed_ns,
          [&](std::int64_t late) { return late > from_seconds(run.document.lateness.threshold_s).count(); })) /
      static_cast<double>(system.queries);
  // One percent point of 800 queries are eight: more of them late than the system itself made is the machine.
  constexpr double kTolerance = 0.01;
  const double measured = run.document.lateness.late_share;
  share.measured = {.point = measured,
                    .lower = witnessed_late - kTolerance,
                    .upper = witnessed_late + kTolerance,
                    .confidence = 1.0,
                    .reason = "the limits are the system's own account and eight queries"};
  const bool premise = std::abs(witnessed_late - truth.late_share) <= kTolerance;
  const bool flagged = std::ranges::any_of(run.document.invalid_reasons,
                                           [](const InvalidReason& reason) { return reason.code == "lateness"; });
  share.evidence = fmt::format("the system's own account: {}; the run is {}", format_percent(witnessed_late),
                               flagged ? "INVALID for it" : "not INVALID for it");
  const bool sound = std::abs(measured - witnessed_late) <= kTolerance && flagged;
  share.verdict = !premise ? SelftestVerdict::not_possible : sound ? SelftestVerdict::pass : SelftestVerdict::fail;
  const double p97 = run.document.latency.percentiles_s.at("p97").point.value_or(0.0);
  const double witnessed = seconds(percentile_of(run.witnessed_ns, kP97));
  constexpr double kNear = 0.02;
  latency.measured = {.point = p97, .lower = witnessed - kHandOverSeconds, .upper = witnessed + kHandOverSeconds};
  const bool law_held = std::abs(witnessed - *latency.truth) <= kNear * *latency.truth;
  latency.verdict = !law_held                                             ? SelftestVerdict::not_possible
                    : std::abs(p97 - witnessed) <= 2.0 * kHandOverSeconds ? SelftestVerdict::pass
                                                                          : SelftestVerdict::fail;
  latency.evidence = fmt::format("by the system's own account {}", format_duration(witnessed));
  if (!premise || !law_held) {
    (premise ? latency : share).evidence += ": the machine made other queries late as well";
  }
  return {share, latency};
}

}  // namespace

std::vector<SelftestCheck> stamp_checks(const std::vector<KnownRuns>& runs) {
  std::vector<std::int64_t> alone;
  std::vector<std::int64_t> queued;
  for (const KnownRuns& of_system : runs) {
    append(of_system.system.is_queue() ? queued : alone, of_system.recorded_minus_witnessed_ns);
  }
  return {stamp_check("stamps.single", "time stamps in SingleStream: recorded - witnessed", alone),
          stamp_check("stamps.server", "time stamps in Server: recorded - witnessed", queued)};
}

std::vector<SelftestCheck> comparison_checks(const SelftestContext& context, const std::vector<KnownRuns>& runs) {
  return {equal_systems_check(runs), slower_system_check(context, runs)};
}

std::vector<SelftestCheck> lateness_checks(const SelftestContext& context, const std::vector<KnownRuns>& runs) {
  std::vector<std::int64_t> recorded;
  std::vector<std::int64_t> witnessed;
  for (const KnownRuns& of_system : runs) {
    append(recorded, of_system.late_recorded_ns);
    append(witnessed, of_system.late_witnessed_ns);
  }
  std::vector<SelftestCheck> checks{
      stamp_check("lateness.own", "lateness of the generator: recorded - witnessed", differences(recorded, witnessed))};
  if (!recorded.empty()) {
    checks.front().evidence +=
        fmt::format("; lateness itself: P50 {}, P99 {}", format_duration(seconds(percentile_of(recorded, kP50))),
                    format_duration(seconds(percentile_of(recorded, kP99))));
  }
  if (!context.stop.stop_requested()) {
    std::ranges::move(blocked_checks(context), std::back_inserter(checks));
  }
  return checks;
}

}  // namespace assay
