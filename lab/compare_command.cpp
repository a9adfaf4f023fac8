#include "lab/compare_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "analysis/comparison_html.hpp"
#include "analysis/comparison_json.hpp"
#include "analysis/comparison_text.hpp"
#include "analysis/run_file_field.hpp"
#include "lab/compare_fail_on.hpp"
#include "lab/compare_inputs.hpp"
#include "lab/json_output.hpp"

namespace assay {

namespace {

constexpr std::size_t kLongestRefusal = 400;

template <class Parse>
auto flag_value(const char* flag, const std::string& text, const Parse& parse) {
  try {
    return parse(text);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("{} {}", flag, error.what()));
  }
}

std::vector<std::string> warnings_of(const CompareInput& a, const CompareInput& b) {
  std::vector<std::string> warnings;
  for (const CompareInput* input : {&a, &b}) {
    for (const std::string& warning : input->warnings) {
      warnings.push_back(fmt::format("left out or amiss in {}: {}", input->side.name, warning));
    }
  }
  return warnings;
}

void require_targets(const CompareCommandOptions& options) {
  require_json_target(options.json);
  if (!options.html.empty()) {
    require_writable("--html", options.html);
  }
}

}  // namespace

ExitCode compare_command(const CompareCommandOptions& options) {
  Console console(options.console);
  const double margin = flag_value("--margin", options.margin, parse_margin);
  std::vector<CompareCondition> conditions;
  if (!options.fail_on.empty()) {
    conditions = flag_value("--fail-on", options.fail_on, parse_compare_fail_on);
  }
  require_targets(options);
  const CompareInput a = read_compare_input(options.a);
  const CompareInput b = read_compare_input(options.b);
  const std::vector<std::string> warnings = warnings_of(a, b);
  for (const std::string& warning : warnings) {
    console.warning(printable(warning, kLongestRefusal));
  }
  const RunComparison comparison =
      compare_runs(a.side, b.side, {.margin = margin, .across_envelopes = options.across_envelopes});
  const std::vector<std::string> trips = tripped(conditions, comparison);
  ComparisonConditions asked{.asked = {}, .tripped = trips};
  for (const CompareCondition& condition : conditions) {
    asked.asked.push_back(condition.text);
  }
  write_json(options.json, comparison_json(comparison, asked), console);
  if (!options.html.empty()) {
    write_text(options.html, comparison_html(comparison, warnings));
  }
  if (options.json != "-") {
    console.result(comparison_text(comparison, console.text_style()));
  }
  for (const std::string& sentence : trips) {
    console.error("--fail-on " + printable(sentence, kLongestRefusal));
  }
  if (!trips.empty()) {
    return ExitCode::fail_on_tripped;
  }
  return comparison.any(ComparisonVerdict::not_comparable) ? ExitCode::not_comparable : ExitCode::ok;
}

}  // namespace assay
