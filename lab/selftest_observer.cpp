#include "lab/selftest_observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/run_comparison.hpp"
#include "analysis/run_file.hpp"

namespace assay {

namespace {

RunOptions observed_run(std::uint64_t pair) {
  RunOptions run;
  run.workload = "synthetic";
  for (const auto& [flag, value] : {std::pair{"scenario", "single"}, std::pair{"law", "lognormal"},
                                    std::pair{"mean", "400us"}, std::pair{"sd", "200us"}, std::pair{"duration", "1s"},
                                    std::pair{"warmup", "100ms"}, std::pair{"threads", "1"}}) {
    run.set(flag, value);
  }
  run.set("seed", fmt::format("{}", 9000 + pair));  // both of a pair see the same services
  return run;
}

/// Runs without and with, in the order A B B A; stops early when the end is wanted or a run gives nothing.
std::string measure_pairs(Measurements& measurements, std::uint64_t pairs, ComparisonSide& none, ComparisonSide& fast) {
  for (std::uint64_t pair = 0; pair < pairs; ++pair) {
    for (const bool watched : {pair % 2 == 1, pair % 2 == 0}) {
      const ObserverMode mode = watched ? ObserverMode::fast : ObserverMode::none;
      const EngineOutcome outcome = measurements.measure_program(
          engine_arguments({.run = observed_run(pair), .folder = measurements.folder(), .observer = mode}),
          {.title = fmt::format("watching, pair {} of {}", pair + 1, pairs),
           .observer = mode,
           .time_limit = std::chrono::minutes{2}});
      if (measurements.interrupted()) {
        return "interrupted";
      }
      if (!outcome.file) {
        return fmt::format("a run gave no result: {}", fmt::join(outcome.errors, "; "));
      }
      RunDocument document = read_run_file(*outcome.file);
      if (!document.valid) {
        return fmt::format("a run is INVALID: {}", document.invalid_reasons.front().message);
      }
      (watched ? fast : none).runs.push_back(std::move(document));
    }
  }
  return "";
}

}  // namespace

SelftestCheck observer_check(Measurements& measurements, bool full) {
  constexpr std::uint64_t kQuickPairs = 5;
  constexpr std::uint64_t kFullPairs = 12;
  SelftestCheck check{
      .id = "observer", .title = "watched ten times a second, over unwatched: P90", .unit = "ratio", .truth = 1.0};
  ComparisonSide none{.name = "none", .system = {}, .runs = {}};
  ComparisonSide fast{.name = "live@10Hz", .system = {}, .runs = {}};
  if (const std::string problem = measure_pairs(measurements, full ? kFullPairs : kQuickPairs, none, fast);
      !problem.empty()) {
    check.evidence = problem;
    return check;
  }
  const RunComparison comparison = compare_runs(none, fast);
  const ComparisonBlock& block = comparison.blocks.front();
  if (block.rows.empty() || !block.rows.front().ratio.lower || !block.rows.front().ratio.upper) {
    check.evidence = fmt::format("the runs do not compare: {}", fmt::join(block.reasons, "; "));
    return check;
  }
  check.measured = block.rows.front().ratio;
  // What cannot be told to better than this is no finding in either direction.
  constexpr double kWidest = 0.10;
  const double widest = std::max(*check.measured.upper - 1.0, 1.0 - *check.measured.lower);
  const bool differs = block.verdict == ComparisonVerdict::faster || block.verdict == ComparisonVerdict::slower;
  if (!differs && widest > kWidest) {
    check.evidence = fmt::format("the runs differ too much among themselves to tell: up to {:.0f} % (at most {:.0f})",
                                 100.0 * widest, 100.0 * kWidest);
    return check;
  }
  check.verdict = differs ? SelftestVerdict::fail : SelftestVerdict::pass;
  check.evidence =
      fmt::format("{}, {} runs of `assay run` against {}", name_of(block.verdict), none.runs.size(), fast.runs.size());
  return check;
}

}  // namespace assay
