#include "analysis/compared_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "analysis/format.hpp"
#include "analysis/permutation_test.hpp"
#include "analysis/welch_ratio.hpp"

namespace assay {
namespace {

/// The values of one side; none where one run has none, and why.
struct SideValues {
  std::vector<double> values;
  std::vector<double> within;  ///< as many as there are values, or fewer
  std::string reason;
};

SideValues values_of(const ComparisonSide& side, const char* letter, const std::string& name) {
  SideValues found;
  for (const RunDocument& run : side.runs) {
    const QuantityValue value = quantity_value(run, name);
    if (!value.value) {
      return {.values = {}, .within = {}, .reason = fmt::format("{}: {}", letter, value.reason)};
    }
    found.values.push_back(*value.value);
    if (value.within_deviation) {
      found.within.push_back(*value.within_deviation);
    }
  }
  return found;
}

void set_interval(ComparedRow& row, double half_width) {
  row.ratio.lower = *row.ratio.point * std::exp(-half_width);
  row.ratio.upper = *row.ratio.point * std::exp(half_width);
}

/// Root of the mean square, or nothing where a run could not tell.
std::optional<double> typical(const SideValues& side) {
  if (side.within.empty() || side.within.size() != side.values.size()) {
    return std::nullopt;
  }
  double squares = 0.0;
  for (const double deviation : side.within) {
    squares += deviation * deviation;
  }
  return std::sqrt(squares / static_cast<double>(side.within.size()));
}

/// One run on a side: the interval is that of the runs at hand, and says so.
void judge_single(ComparedRow& row, const SideValues& a, const SideValues& b, const RowPlan& plan) {
  const auto of_a = typical(a);
  const auto of_b = typical(b);
  WelchRatio seen = welch_ratio({.a = row.a, .b = row.b});
  const std::uint64_t fewest = std::max(RunComparison::kUsualRepeats, fewest_repeats(plan.alpha));
  row.needed = {.each = fewest, .reason = "run-to-run spread is unknown with one run on a side"};
  if (!of_a || !of_b) {
    row.ratio.reason = "one run on a side, and within it too few independent observations for an interval";
    return;
  }
  const double error =
      std::sqrt(*of_a * *of_a / static_cast<double>(row.a.size()) + *of_b * *of_b / static_cast<double>(row.b.size()));
  set_interval(row, boost::math::quantile(boost::math::normal(), 1.0 - plan.alpha / 2.0) * error);
  row.basis = IntervalBasis::within_run;
  row.ratio.reason = "of these runs alone: run-to-run spread is unknown";
  // Runs spread at least as far as each of them could see within itself.
  seen.variance_a = *of_a * *of_a;
  seen.variance_b = *of_b * *of_b;
  row.needed.each =
      repeats_to_tell(seen, {.confidence = 1.0 - plan.alpha, .log_margin = std::log1p(plan.margin), .least = fewest});
}

/// What stands in the way of a reading that two or more repeats on each side did not give.
void ask_for_more(ComparedRow& row, const WelchRatio& seen, const RowPlan& plan) {
  const std::uint64_t fewest = fewest_repeats(plan.alpha);
  const bool too_few = smallest_permutation_p(seen.repeats_a, seen.repeats_b) > plan.alpha;
  // A further repeat on the side that has fewer, even where the interval alone would do already.
  const std::uint64_t least = std::max(fewest, std::min(seen.repeats_a, seen.repeats_b) + 1);
  row.needed.each =
      repeats_to_tell(seen, {.confidence = 1.0 - plan.alpha, .log_margin = std::log1p(plan.margin), .least = least});
  const double percent = 100.0 * plan.margin;
  if (!row.needed.each) {
    row.needed.reason = fmt::format(
        "not even {} repeats would tell the ratio from the margin of {:.3g} %: it lies too near, or the runs spread "
        "too "
        "far",
        format_count(RepeatsGoal::kMost), percent);
  } else if (too_few) {
    row.needed.reason =
        fmt::format("{} and {} repeats fall apart like this by chance too often", seen.repeats_a, seen.repeats_b);
  } else {
    row.needed.reason = fmt::format("the interval reaches across the margin of {:.3g} %", percent);
  }
}

void judge_repeats(ComparedRow& row, const RowPlan& plan) {
  const TwoSamples samples{.a = row.a, .b = row.b};
  const WelchRatio seen = welch_ratio(samples);
  set_interval(row, seen.half_width(1.0 - plan.alpha));
  row.basis = IntervalBasis::between_runs;
  row.permutation_p = permutation_p(samples);
  row.reading = reading_at(row, plan.margin);
  if (row.reading == ComparisonVerdict::ambiguous) {
    ask_for_more(row, seen, plan);
  }
}

}  // namespace

ComparisonVerdict reading_at(const ComparedRow& row, double margin) {
  if (row.basis != IntervalBasis::between_runs || !row.ratio.lower || !row.ratio.upper || !row.permutation_p ||
      smallest_permutation_p(row.a.size(), row.b.size()) > row.alpha) {
    return ComparisonVerdict::ambiguous;
  }
  const double above = 1.0 + margin;
  const bool apart = *row.permutation_p <= row.alpha;
  if (apart && *row.ratio.lower > above) {
    return row.quantity.more_is_better ? ComparisonVerdict::faster : ComparisonVerdict::slower;
  }
  if (apart && *row.ratio.upper < 1.0 / above) {
    return row.quantity.more_is_better ? ComparisonVerdict::slower : ComparisonVerdict::faster;
  }
  return *row.ratio.lower >= 1.0 / above && *row.ratio.upper <= above ? ComparisonVerdict::same
                                                                      : ComparisonVerdict::ambiguous;
}

ComparedRow compared_row(const ComparisonQuantity& quantity, const ComparisonSide& a, const ComparisonSide& b,
                         const RowPlan& plan) {
  SideValues of_a = values_of(a, "A", quantity.name);
  SideValues of_b = values_of(b, "B", quantity.name);
  ComparedRow row{.quantity = quantity,
                  .a = of_a.values,
                  .b = of_b.values,
                  .ratio = {},
                  .alpha = plan.alpha,
                  .permutation_p = {},
                  .needed = {}};
  row.ratio.confidence = 1.0 - plan.alpha;
  if (!of_a.reason.empty() || !of_b.reason.empty()) {
    row.ratio.reason = of_a.reason + (of_a.reason.empty() || of_b.reason.empty() ? "" : "; ") + of_b.reason;
    row.needed.reason = row.ratio.reason;
    return row;
  }
  row.ratio.point = welch_ratio({.a = row.a, .b = row.b}).ratio;
  if (!(*row.ratio.point > 0.0) || !std::isfinite(*row.ratio.point)) {
    row.ratio = {.confidence = row.ratio.confidence, .reason = "the ratio is beyond what a number holds"};
    row.needed.reason = row.ratio.reason;
    return row;
  }
  if (row.a.size() < 2 || row.b.size() < 2) {
    judge_single(row, of_a, of_b, plan);
  } else {
    judge_repeats(row, plan);
  }
  return row;
}

}  // namespace assay
