#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "analysis/percentile.hpp"
#include "analysis/run_comparison.hpp"
#include "harness/random_bits.hpp"
#include "tests/analysis/comparison_samples.hpp"

// How often a comparison of a machine with itself calls a difference, and how often it finds one that is there. The
// series are bursty as in the coverage simulation of the percentile intervals: 2 % of slow queries in clusters of 20 on
// average. Runs differ among each other, and the machine drifts while they are made.

namespace assay {
namespace {

constexpr std::size_t kRepeats = 5;
constexpr int kPairs = 400;

struct Place {
  std::size_t queries = 1500;     ///< of a run: 30 slow ones are in one or two bursts
  double run_deviation = 0.02;    ///< of the logarithm of a run's speed
  double drift_deviation = 0.01;  ///< of its step from one run to the next, a random walk
  double slow_state = 0.0;        ///< a run is slower by so much in half of the cases: a clock, a neighbour, a page
  bool heavy = false;             ///< runs differ by a law without variance
};

/// Latencies in time order: log-normal with sigma 0.1, and eight times as long within a burst.
std::vector<double> latencies_of_run(RandomBits& random, std::size_t queries, double scale) {
  constexpr double kLeave = 1.0 / 20.0;
  constexpr double kEnter = kLeave * 0.02 / 0.98;
  std::vector<double> values(queries);
  bool burst = false;
  for (double& value : values) {
    burst = random.unit() <= (burst ? 1.0 - kLeave : kEnter);
    value = scale * (burst ? 8e-3 : 1e-3) * std::exp(0.1 * random.normal());
  }
  return values;
}

RunDocument run_of(const RunDocument& pattern, std::vector<double> values, const std::string& id) {
  RunDocument run = pattern;
  run.id = id;
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  run.latency.count = values.size();
  run.latency.mean_s = sum / static_cast<double>(values.size());
  run.samples_per_s = 1.0 / *run.latency.mean_s;
  std::sort(values.begin(), values.end());
  for (auto& [name, estimate] : run.latency.percentiles_s) {
    const Percentile percentile = Percentile::of_percent(std::stod(name.substr(1)));
    estimate.point = values[static_cast<std::size_t>(percentile.rank(values.size())) - 1];
  }
  return run;
}

class Simulation {
 public:
  Simulation(const Place& place, double percentile, std::uint64_t seed)
      : place_(place), pattern_(repeat_of(1e-3, "pattern")), random_(seed) {
    pattern_.percentile = percentile;
  }

  /// Repeats in turn, ABBA and so on, or all of A first; those of B take `factor` times as long.
  RunComparison pair(double factor, bool in_turn = true) {
    ComparisonSide a{.name = "A", .system = "", .runs = {}};
    ComparisonSide b{.name = "B", .system = "", .runs = {}};
    double drift = 0.0;
    for (std::size_t i = 0; i < 2 * kRepeats; ++i) {
      const bool is_b = in_turn ? i % 4 == 1 || i % 4 == 2 : i >= kRepeats;
      drift += place_.drift_deviation * random_.normal();
      const double scale = std::exp(drift + place_.run_deviation * own_of_run()) * (is_b ? factor : 1.0) *
                           (place_.slow_state > 0.0 && random_.unit() > 0.5 ? 1.0 + place_.slow_state : 1.0);
      (is_b ? b : a)
          .runs.push_back(run_of(pattern_, latencies_of_run(random_, place_.queries, scale), std::to_string(i)));
    }
    return compare_runs(a, b);
  }

 private:
  double own_of_run() { return place_.heavy ? random_.normal() / random_.unit() : random_.normal(); }

  Place place_;
  RunDocument pattern_;
  RandomBits random_;
};

struct Shares {
  double different = 0.0;       ///< FASTER or SLOWER
  double without_margin = 0.0;  ///< the same at a margin of next to nothing
  double any_other_row = 0.0;   ///< a row that does not make the verdict reads so
  double same = 0.0;
};

bool is_different(ComparisonVerdict verdict) {
  return verdict == ComparisonVerdict::faster || verdict == ComparisonVerdict::slower;
}

Shares shares(const Place& place, double percentile, double factor, bool in_turn = true) {
  constexpr double kNoMargin = 1e-9;
  Simulation simulation(place, percentile, 20261124);
  Shares found;
  for (int i = 0; i < kPairs; ++i) {
    const ComparisonBlock block = simulation.pair(factor, in_turn).blocks.front();
    const auto add = [](double& share, bool holds) { share += holds ? 1.0 / kPairs : 0.0; };
    add(found.different, is_different(block.verdict));
    add(found.same, block.verdict == ComparisonVerdict::same);
    add(found.without_margin, is_different(reading_at(block.rows.front(), kNoMargin)));
    add(found.any_other_row, std::any_of(block.rows.begin() + 1, block.rows.end(), [&](const ComparedRow& row) {
          return is_different(reading_at(row, kNoMargin));
        }));
  }
  return found;
}

/// 5 % and two standard deviations of a share over 400 pairs.
constexpr double kFivePercentSeen = 0.05 + 2.0 * 0.0109;

void expect_few(const char* what, const Place& place, double percentile) {
  const Shares found = shares(place, percentile, 1.0);
  ::testing::Test::RecordProperty(std::string(what) + " different", std::to_string(found.different));
  ::testing::Test::RecordProperty(std::string(what) + " without margin", std::to_string(found.without_margin));
  EXPECT_LE(found.different, 0.05) << what;
  EXPECT_LE(found.without_margin, kFivePercentSeen) << what;
  EXPECT_LE(found.any_other_row, kFivePercentSeen) << what;
}

TEST(ComparisonError, OfAMachineWithItselfIsAtMostFivePercent) {
  expect_few("p90", {}, 0.9);
  expect_few("p99 amid bursts", {}, 0.99);
  expect_few("two states", {.run_deviation = 0.005, .drift_deviation = 0.0, .slow_state = 0.08}, 0.9);
  expect_few("no variance", {.run_deviation = 0.02, .drift_deviation = 0.0, .heavy = true}, 0.9);
}

TEST(ComparisonError, ATenPercentChangeIsFoundInNineOfTen) {
  const Place plausible{.queries = 5000, .run_deviation = 0.015, .drift_deviation = 0.005};
  const Shares found = shares(plausible, 0.9, 1.1);
  RecordProperty("found", std::to_string(found.different));
  EXPECT_GE(found.different, 0.9);
  EXPECT_EQ(found.same, 0.0);
}

// Why a note warns of it: where all of A comes first, what the machine does in between is taken for a difference.
TEST(ComparisonError, GrowsWhereASideIsMeasuredFirst) {
  const Place drifting{.run_deviation = 0.005, .drift_deviation = 0.03};
  const Shares apart = shares(drifting, 0.9, 1.0, false);
  RecordProperty("one after the other", std::to_string(apart.different));
  EXPECT_GT(apart.different, 0.05);
  EXPECT_LE(shares(drifting, 0.9, 1.0).different, 0.05);
}

}  // namespace
}  // namespace assay
