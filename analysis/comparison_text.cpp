#include "analysis/comparison_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "analysis/comparison_sentences.hpp"
#include "analysis/roofline_text_tables.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {
namespace {

constexpr std::size_t kLongest = 600;

std::string lines(std::string_view first, const std::string& text) {
  return wrapped_text(first, printable(text, kLongest));
}

std::string side_line(const char* letter, const std::string& name, const ComparisonBlock& block, bool is_a) {
  const std::size_t runs = is_a ? block.ids_a.size() : block.ids_b.size();
  const std::string& machine = is_a ? block.machine_a : block.machine_b;
  if (runs == 0) {
    return lines(fmt::format("  {}  ", letter), name + ": no such run");
  }
  return lines(fmt::format("  {}  ", letter),
               fmt::format("{}: {} {} on {}", name, runs, runs == 1 ? "run" : "runs", machine));
}

std::string row_line(const ComparedRow& row, bool decides, const TextStyle& style) {
  const std::string line =
      fmt::format("  {} {:<24} {:>9}  {:>9}  {:<22} {}", decides ? '*' : ' ', quantity_text(row.quantity),
                  side_text(row.quantity, row.a, style.charset), side_text(row.quantity, row.b, style.charset),
                  ratio_text(row.ratio), reading_text(row));
  const std::string remark = row_remark(row);
  return line + "\n" + (remark.empty() ? "" : lines("      ", remark));
}

std::string table(const ComparisonBlock& block, const TextStyle& style) {
  const ComparedRow& own = block.rows.front();
  std::string text = fmt::format("    {:<24} {:>9}  {:>9}  {:<22} {}\n", "", "A", "B", "B/A", "reading");
  for (const ComparedRow& row : block.rows) {
    text += row_line(row, &row == &own, style);
  }
  return text;
}

std::string block_text(const RunComparison& comparison, const ComparisonBlock& block, const TextStyle& style) {
  std::string text = lines("", block_title(block));
  text += side_line("A", comparison.name_a, block, true) + side_line("B", comparison.name_b, block, false);
  if (const std::string mark = mark_sentence(block); !mark.empty()) {
    text += lines("  ", mark);
  }
  const bool compared = !block.rows.empty();
  if (compared) {
    text += lines("  ", kind_sentence(block));
  }
  for (const SoftDifference& difference : block.differences) {
    text += lines("  differs  ", difference_sentence(difference));
  }
  for (const std::string& note : block.notes) {
    text += lines("  note     ", note);
  }
  const std::string mark = block.mark_a == block.mark_b ? block.mark_a.before(" ") : "";
  if (!compared) {
    text += lines("  ", mark + name_of(block.verdict) + ":");
    for (const std::string& reason : block.reasons) {
      text += lines("    - ", reason);
    }
    return text;
  }
  text += lines("  ", mark + name_of(block.verdict) + ": " + verdict_sentence(block, comparison.options.margin));
  return text + table(block, style);
}

}  // namespace

std::string comparison_text(const RunComparison& comparison, const TextStyle& style) {
  std::string text;
  if (comparison.blocks.size() > 1) {
    for (const ComparisonBlock& block : comparison.blocks) {
      text += lines(fmt::format("{:<16}", name_of(block.verdict)), block_title(block));
    }
    text += "\n";
  }
  for (const ComparisonBlock& block : comparison.blocks) {
    text += block_text(comparison, block, style) + "\n";
  }
  for (const std::string& sentence : method_sentences(comparison)) {
    text += wrapped_text("", sentence);
  }
  return text;
}

}  // namespace assay
