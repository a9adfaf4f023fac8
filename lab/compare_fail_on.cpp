#include "lab/compare_fail_on.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "analysis/comparison_sentences.hpp"
#include "harness/decimal_text.hpp"
#include "harness/split.hpp"
#include "lab/interference_text.hpp"

namespace assay {

namespace {

constexpr std::array<std::string_view, 4> kWords{"slower", "faster", "different", "ambiguous"};

CompareCondition parse_one(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  if (std::ranges::find(kWords, word) == kWords.end()) {
    throw std::invalid_argument(
        fmt::format("{}: expected one of {}, with a margin of its own if wanted, e.g. slower:5%", quoted(text),
                    fmt::join(kWords, ", ")));
  }
  CompareCondition condition{.word = std::string(word), .margin = {}, .text = std::string(text)};
  if (colon != std::string_view::npos) {
    condition.margin = parse_margin(text.substr(colon + 1));
  }
  return condition;
}

bool trips(const CompareCondition& condition, ComparisonVerdict verdict) {
  const bool slower = verdict == ComparisonVerdict::slower;
  const bool faster = verdict == ComparisonVerdict::faster;
  if (condition.word == "ambiguous") {
    return verdict == ComparisonVerdict::ambiguous;
  }
  return (slower && condition.word != "faster") || (faster && condition.word != "slower");
}

}  // namespace

double parse_margin(std::string_view text) {
  double share = 0.0;
  try {
    share = parse_share(text);
  } catch (const std::invalid_argument&) {
    share = 0.0;
  }
  if (!(share > 0.0 && share < 1.0)) {
    throw std::invalid_argument(fmt::format("{}: expected a margin above 0 and below 100 %, e.g. 3%", quoted(text)));
  }
  return share;
}

std::vector<CompareCondition> parse_compare_fail_on(std::string_view text) {
  std::vector<CompareCondition> conditions;
  for (const std::string_view part : split(text, ',')) {
    conditions.push_back(parse_one(part));
  }
  return conditions;
}

std::vector<std::string> tripped(std::span<const CompareCondition> conditions, const RunComparison& comparison) {
  std::vector<std::string> sentences;
  for (const CompareCondition& condition : conditions) {
    const double margin = condition.margin.value_or(comparison.options.margin);
    for (const ComparisonBlock& block : comparison.blocks) {
      if (block.rows.empty() || !trips(condition, reading_at(block.rows.front(), margin))) {
        continue;
      }
      const ComparedRow& own = block.rows.front();
      const std::string mark = mark_sentence(block);
      sentences.push_back(fmt::format("{}: {}{}{}: {} of B is {} times that of A", condition.text, mark,
                                      mark.empty() ? "" : ": ", block_title(block), own.quantity.title,
                                      ratio_text(own.ratio)));
    }
  }
  return sentences;
}

}  // namespace assay
