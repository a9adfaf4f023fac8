#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/comparison_quantity.hpp"
#include "analysis/comparison_sides.hpp"
#include "analysis/estimate_record.hpp"
#include "analysis/run_mark.hpp"

namespace assay {

enum class ComparisonVerdict { same, faster, slower, ambiguous, not_comparable };
[[nodiscard]] std::string name_of(ComparisonVerdict verdict);  ///< "SAME", "NOT COMPARABLE"

/// What the interval of a ratio rests on.
enum class IntervalBasis {
  between_runs,  ///< how repeats differ: what a verdict needs
  within_run,    ///< one run on a side: what that run alone could see
  none,
};
[[nodiscard]] std::string name_of(IntervalBasis basis);  ///< "between_runs"

/// How many repeats would settle a row, with a probability of 90 % if ratio and spread are what they seem.
struct RepeatsNeeded {
  std::optional<std::uint64_t> each;  ///< in total, of each side; absent: not even 1,000
  std::string reason;                 ///< what stands in the way; empty: the row is settled
};

/// One quantity of A and B.
struct ComparedRow {
  ComparisonQuantity quantity;
  std::vector<double> a;  ///< of each repeat, in their order
  std::vector<double> b;
  /// B over A of the geometric means over the repeats. Without limits, or without a point, the reason says why.
  EstimateRecord ratio;
  IntervalBasis basis = IntervalBasis::none;
  double alpha = 0.05;                  ///< what this row alone may err
  std::optional<double> permutation_p;  ///< see permutation_test.hpp
  ComparisonVerdict reading = ComparisonVerdict::ambiguous;
  RepeatsNeeded needed;
};

/// Repeats of one workload and scenario on both sides, or why there is no comparing them.
struct ComparisonBlock {
  std::string workload;  ///< "mlp (batch=1 dtype=f32)"
  std::string scenario;  ///< "Server at 800 queries/s"
  std::string key_a;     ///< comparability keys; empty: this side has no such run
  std::string key_b;
  RunMark mark_a;
  RunMark mark_b;
  std::vector<std::string> ids_a;  ///< of the repeats
  std::vector<std::string> ids_b;
  std::string machine_a;  ///< labels
  std::string machine_b;
  ComparisonVerdict verdict = ComparisonVerdict::not_comparable;
  std::vector<std::string> reasons;        ///< why NOT COMPARABLE
  std::vector<std::string> cross_machine;  ///< why it is no regression verdict; empty: it is one
  std::vector<SoftDifference> differences;
  std::vector<std::string> notes;
  std::vector<ComparedRow> rows;  ///< the scenario's own metric first: the verdict is its reading
};

struct ComparisonOptions {
  double margin = 0.03;           ///< what differs by less is the same: between 1 / (1 + margin) and 1 + margin
  bool across_envelopes = false;  ///< runs under different emulated clocks compare, with both marks
};

struct RunComparison {
  static constexpr double kError = 0.05;             ///< of all verdicts together where nothing differs
  static constexpr std::uint64_t kUsualRepeats = 5;  ///< asked for where no spread is known

  std::string name_a;
  std::string name_b;
  ComparisonOptions options;
  std::vector<ComparisonBlock> blocks;  ///< in the order of A's runs

  [[nodiscard]] bool any(ComparisonVerdict verdict) const;
};

/// Compares repeats key by key. FASTER or SLOWER needs two things at once: Welch's interval of the ratio beyond the
/// margin, and a split by lot that parts the values as far in no more than alpha of cases. The second makes the error
/// where nothing differs at most alpha whatever the law of the runs (given that they are exchangeable: measured in
/// turn); the first makes it a difference that matters. SAME: the interval within the margin. Of several blocks each
/// has kError / blocks; the other rows of a block share as much again among them, and never make the verdict.
/// Throws std::invalid_argument if a side has no run or the margin is not between 0 and 1.
[[nodiscard]] RunComparison compare_runs(const ComparisonSide& a, const ComparisonSide& b,
                                         const ComparisonOptions& options = {});

/// What the row says at another margin.
[[nodiscard]] ComparisonVerdict reading_at(const ComparedRow& row, double margin);

}  // namespace assay
