#include "lab/suite_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analysis/format.hpp"
#include "analysis/report_sentences.hpp"
#include "analysis/roofline.hpp"
#include "analysis/roofline_scene.hpp"
#include "analysis/roofline_titles.hpp"
#include "analysis/run_mark.hpp"

namespace assay {

namespace {

std::string ceiling_text(const Roofline& roofline, const std::optional<std::size_t>& index, Charset charset) {
  return index ? ceiling_estimate_text(roofline.ceilings[*index].roof, roofline.ceilings[*index].unit, charset)
               : "not available";
}

/// The flat roof of the set that stands for the machine, and the slope from its farthest memory.
std::string ceilings_sentence(const RooflineMeasurement& measurement, Charset charset) {
  const Roofline roofline = fit_roofline(measurement);
  const RoofSet* const set = main_set(roofline);
  if (set == nullptr) {
    return "not available: no flat roof";
  }
  std::string text =
      fmt::format("{} on {}: {}", set->dtype, threads_text(set->threads), ceiling_text(roofline, set->flat, charset));
  if (!set->levels.empty()) {
    const LevelRoofs& farthest = set->levels.back();
    text += fmt::format(", {} {}", farthest.level, ceiling_text(roofline, farthest.slope, charset));
  }
  return text;
}

std::string finding_of(const LoadedBundle& bundle, const BundleEntry& entry, Charset charset) {
  if (entry.kind == "roofline") {
    return bundle.roofline ? ceilings_sentence(*bundle.roofline, charset) : "not available: the file cannot be read";
  }
  const auto found = std::ranges::find(bundle.runs, entry.file, [](const BundledRun& run) { return run.entry.file; });
  return found == bundle.runs.end() ? "not available: the file cannot be read"
                                    : mark_of(found->run).before("  ") + headline_sentence(found->run, charset);
}

std::string verdict_of(const BundleEntry& entry) {
  std::string verdict = entry.valid ? "VALID" : fmt::format("INVALID ({})", fmt::join(entry.invalid_codes, ", "));
  return entry.interrupted ? verdict + ", interrupted" : verdict;
}

}  // namespace

std::string suite_plan_text(const SuiteDefinition& suite, const SuitePlan& plan) {
  std::string text = fmt::format("suite {}: {}\n{} measurements, about {}\n", suite.name, suite.title,
                                 plan.steps.size(), format_duration(seconds(plan.expected())));
  for (const SuiteStep& step : plan.steps) {
    text += fmt::format("  {:<12} {}\n", fmt::format("{}-{}", step.definition.id, step.repeat), step.command());
  }
  for (const SuiteOmission& omission : plan.left_out) {
    text += fmt::format("  {:<12} left out: {}\n", omission.step, omission.reason);
  }
  return text;
}

std::string suite_result_text(const LoadedBundle& bundle, const TextStyle& style) {
  const BundleRecord& record = bundle.record;
  std::string text;
  const auto add = [&](const std::string& line) { text += printable_text(line, style.charset) + '\n'; };
  add(fmt::format("{} on {}", record.title, record.identity.label));
  for (const BundleEntry& entry : record.entries) {
    add(fmt::format("  {:<12} {:<9} {}", fmt::format("{}-{}", entry.step, entry.repeat), verdict_of(entry),
                    finding_of(bundle, entry, style.charset)));
  }
  for (const BundleGap& gap : record.gaps) {
    add(fmt::format("  {:<12} no result: {}", gap.step, gap.reason));
  }
  for (const std::string& problem : bundle.problems) {
    add("  problem: " + problem);
  }
  return text;
}

}  // namespace assay
