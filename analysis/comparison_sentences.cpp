#include "analysis/comparison_sentences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

std::string percent_text(double share) { return fmt::format("{:.3g} %", 100.0 * share); }

std::string repeats_text(const ComparedRow& row) {
  return fmt::format("{} and {} {}", row.a.size(), row.b.size(),
                     row.a.size() == 1 && row.b.size() == 1 ? "run" : "repeats");
}

std::size_t comparable_blocks(const RunComparison& comparison) {
  return static_cast<std::size_t>(
      std::ranges::count_if(comparison.blocks, [](const ComparisonBlock& block) { return !block.rows.empty(); }));
}

}  // namespace

std::string block_title(const ComparisonBlock& block) { return block.workload + ", " + block.scenario; }

std::string mark_sentence(const ComparisonBlock& block) {
  if (block.mark_a == block.mark_b) {
    return block.mark_a.text();
  }
  const auto text = [](const RunMark& mark) { return mark.text().empty() ? "as it is" : mark.text(); };
  return fmt::format("A {}, B {}", text(block.mark_a), text(block.mark_b));
}

std::string verdict_sentence(const ComparisonBlock& block, double margin) {
  if (block.rows.empty()) {
    return fmt::format("{}", fmt::join(block.reasons, "; "));
  }
  const ComparedRow& own = block.rows.front();
  const std::string ratio = fmt::format("{} of B is {} times that of A", own.quantity.title, ratio_text(own.ratio));
  switch (block.verdict) {
    case ComparisonVerdict::same:
      return fmt::format("{}, within the margin of {} ({})", ratio, percent_text(margin), repeats_text(own));
    case ComparisonVerdict::faster:
    case ComparisonVerdict::slower:
      return fmt::format("{}, beyond the margin of {} ({})", ratio, percent_text(margin), repeats_text(own));
    default:
      return fmt::format("{} ({}); {}", ratio, repeats_text(own), needed_sentence(own));
  }
}

std::string needed_sentence(const ComparedRow& row) {
  const RepeatsNeeded& needed = row.needed;
  if (needed.reason.empty() || !needed.each) {
    return needed.reason;
  }
  const auto more = [&](std::size_t have) { return *needed.each > have ? *needed.each - have : 0; };
  return fmt::format("{}: needs {} repeats of each ({} more of A, {} more of B)", needed.reason, *needed.each,
                     more(row.a.size()), more(row.b.size()));
}

std::string kind_sentence(const ComparisonBlock& block) {
  if (block.cross_machine.empty()) {
    return "regression verdict: equal machine class, compiler and build";
  }
  return fmt::format("comparison of systems, no regression verdict: {}", fmt::join(block.cross_machine, "; "));
}

std::string difference_sentence(const SoftDifference& difference) {
  return fmt::format("{}: {} in A, {} in B", difference.what, difference.a, difference.b);
}

std::vector<std::string> method_sentences(const RunComparison& comparison) {
  const std::size_t blocks = comparable_blocks(comparison);
  if (blocks == 0) {
    return {};
  }
  const double alpha = RunComparison::kError / static_cast<double>(blocks);
  std::vector<std::string> sentences{fmt::format(
      "B/A: ratio of the geometric means over the repeats, with Welch's interval from how the repeats differ. The "
      "first "
      "row decides, at {} confidence{}: FASTER or SLOWER where the interval lies beyond {} and a split of the values "
      "by "
      "lot parts them as far in at most {} of cases; SAME where it lies within. So at most 5 % of verdicts call "
      "different what is not, if A and B were measured in turn.",
      percent_text(1.0 - alpha), blocks == 1 ? "" : fmt::format(" (5 % shared by {} verdicts)", blocks),
      percent_text(comparison.options.margin), percent_text(alpha))};
  sentences.emplace_back(
      "The other rows are for reading: their intervals hold all together as often as the first one, and none makes the "
      "verdict. Repeats needed: with 90 % probability, if ratio and spread stay as they are.");
  return sentences;
}

std::string side_text(const ComparisonQuantity& quantity, const std::vector<double>& values, Charset charset) {
  if (values.empty()) {
    return "not available";
  }
  double sum = 0.0;
  for (const double value : values) {
    sum += std::log(value);
  }
  const double mean = std::exp(sum / static_cast<double>(values.size()));
  if (quantity.unit == "s") {
    return format_duration(mean, charset);
  }
  std::string text = format_rate(mean, "");
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string quantity_text(const ComparisonQuantity& quantity) {
  return quantity.unit == "s" ? quantity.title : fmt::format("{} [{}]", quantity.title, quantity.unit);
}

std::string ratio_text(const EstimateRecord& ratio) {
  if (!ratio.point) {
    return "not available";
  }
  return ratio.lower && ratio.upper ? fmt::format("{:.3f} [{:.3f}, {:.3f}]", *ratio.point, *ratio.lower, *ratio.upper)
                                    : fmt::format("{:.3f}", *ratio.point);
}

std::string reading_text(const ComparedRow& row) {
  if (!row.ratio.point) {
    return "-";
  }
  switch (row.reading) {
    case ComparisonVerdict::same:
      return "same";
    case ComparisonVerdict::faster:
      return row.quantity.more_is_better ? "higher" : "faster";
    case ComparisonVerdict::slower:
      return row.quantity.more_is_better ? "lower" : "slower";
    default:
      return "open";
  }
}

std::string row_remark(const ComparedRow& row) {
  std::string remark = row.quantity.remark;
  if (!row.ratio.reason.empty()) {
    remark += (remark.empty() ? "" : "; ") + row.ratio.reason;
  }
  return remark;
}

}  // namespace assay
