#include "lab/tail_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

namespace assay {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json level_json(const TailLevel& level, Percentile percentile) {
  const ShareInterval interval = share_interval(level.level);
  return {{"requested", level.requested},
          {"achieved", level.level.dose},
          {"delivered", level.delivered},
          {"verdict", name_of(verdict_of(level.level, percentile))},
          {"over_window_share",
           {{"point", level.level.share()},
            {"lower", interval.lower},
            {"upper", interval.upper},
            {"confidence", 0.95},
            {"effective_sample_size", level.level.effective_trials}}},
          {"p50_s", or_null(level.p50_s)},
          {"percentile_s", or_null(level.p99_s)},
          {"normal_formula_s", or_null(level.normal_s)},
          {"file", level.file}};
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return upper;
}

std::string time_text(const std::optional<double>& value, Charset charset) {
  return value ? format_duration(*value, charset) : "not available";
}

std::string threshold_sentence(const TailResult& result, Charset charset) {
  const std::string window = fmt::format("{} at {}", format_duration(result.slo_s, charset), result.percentile.name());
  const auto text = [&](double dose) { return dose_text(result.knob.knob, dose); };
  if (!result.estimate) {
    return fmt::format("threshold of {}: not found, nothing was measured", window);
  }
  const ThresholdFit& fit = result.estimate->fit;
  if (!fit.threshold) {
    return fmt::format("threshold of {}: none. {}", window, result.estimate->reason);
  }
  std::string sentence =
      fmt::format("threshold of {}: {} {} [{}, {}]", window, name_of(result.knob.knob), text(*fit.threshold),
                  fit.lower ? text(*fit.lower) : "none", fit.upper ? text(*fit.upper) : "no upper end");
  if (!result.estimate->reason.empty()) {
    sentence += fmt::format("; {}", result.estimate->reason);
  }
  return sentence;
}

std::string model_sentence(const TailResult& result) {
  if (!result.model.dose) {
    return fmt::format("model: none, {}", result.model.formula);
  }
  std::string sentence =
      fmt::format("model: {} ({})", dose_text(result.knob.knob, *result.model.dose), result.model.formula);
  if (result.estimate && result.estimate->fit.threshold) {
    sentence += fmt::format("; measured is {:.2f} x that", *result.estimate->fit.threshold / *result.model.dose);
  }
  return sentence;
}

/// The share over the window as a bar, so that the cliff is seen in a terminal.
std::string bar_of(double share, double highest, Charset charset) {
  constexpr double kCells = 24.0;
  const auto cells = highest > 0.0 ? static_cast<std::size_t>(std::lround(kCells * share / highest)) : 0;
  std::string bar;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    bar += charset == Charset::utf8 ? "█" : "#";
  }
  return bar;
}

}  // namespace

std::string tail_json(const TailResult& result) {
  Json levels = Json::array();
  for (const TailLevel& level : result.levels) {
    levels.push_back(level_json(level, result.percentile));
  }
  Json threshold;
  std::string end = result.interrupted ? "interrupted" : "failed";
  if (result.estimate) {
    const ThresholdEstimate& found = *result.estimate;
    if (found.end != ThresholdEnd::running) {
      end = name_of(found.end);
    }
    threshold = {{"point", or_null(found.fit.threshold)},   {"lower", or_null(found.fit.lower)},
                 {"upper", or_null(found.fit.upper)},       {"confidence", 0.95},
                 {"highest_ok", or_null(found.highest_ok)}, {"lowest_violated", or_null(found.lowest_violated)},
                 {"intercept", found.fit.curve.intercept},  {"slope", found.fit.curve.slope},
                 {"dispersion", found.fit.dispersion},      {"reason", text_or_null(found.reason)}};
  }
  const Json json{{"schema", "assay/tail/1"},
                  {"workload", result.workload},
                  {"scenario", result.scenario},
                  {"synthetic", result.mark.synthetic},
                  {"emulated", result.mark.emulated.empty() ? Json() : Json(result.mark.emulated)},
                  {"slo_s", result.slo_s},
                  {"percentile", result.percentile.fraction()},
                  {"knob", name_of(result.knob.knob)},
                  {"unit", unit_of(result.knob.knob)},
                  {"burst_s", result.knob.knob == Knob::noise ? Json(seconds(result.knob.burst)) : Json()},
                  {"threshold", threshold},
                  {"model", {{"dose", or_null(result.model.dose)}, {"formula", result.model.formula}}},
                  {"end", end},
                  {"interrupted", result.interrupted},
                  {"levels", levels}};
  return json.dump(2) + "\n";
}

std::string level_line(const TailLevel& level, const TailResult& result, Charset charset) {
  const ShareInterval interval = share_interval(level.level);
  const std::string normal = level.normal_s && level.p99_s && *level.p99_s > 0.0
                                 ? fmt::format("  mean+z sd {} ({:.2f} x)", format_duration(*level.normal_s, charset),
                                               *level.normal_s / *level.p99_s)
                                 : "";
  return fmt::format("{}{:>16} asked {:>16}  {:<9}  over {:>7} [{}, {}]  P50 {}  {} {}{}{}", result.mark.before(" "),
                     dose_text(result.knob.knob, level.level.dose), dose_text(result.knob.knob, level.requested),
                     upper_case(name_of(verdict_of(level.level, result.percentile))),
                     format_percent(level.level.share()), format_percent(interval.lower),
                     format_percent(interval.upper), time_text(level.p50_s, charset), result.percentile.name(),
                     time_text(level.p99_s, charset), normal, level.delivered ? "" : "  (dose not delivered)");
}

std::string tail_text(const TailResult& result, Charset charset) {
  std::vector<TailLevel> sorted = result.levels;
  std::ranges::stable_sort(sorted, {}, [](const TailLevel& level) { return level.level.dose; });
  double highest = 0.0;
  for (const TailLevel& level : sorted) {
    highest = std::max(highest, level.level.share());
  }
  std::string text;
  for (const TailLevel& level : sorted) {
    text += level_line(level, result, charset) + "\n";
  }
  text += "\nshare of the queries over the window, by dose\n";
  for (const TailLevel& level : sorted) {
    text += fmt::format("{}{:>16} {:>7} {}\n", result.mark.before(" "), dose_text(result.knob.knob, level.level.dose),
                        format_percent(level.level.share()), bar_of(level.level.share(), highest, charset));
  }
  text += fmt::format("\n{}{} {}\n", result.mark.before(" "), result.workload, threshold_sentence(result, charset));
  text += model_sentence(result) + "\n";
  if (result.interrupted) {
    text += "interrupted: this is what the runs so far show\n";
  }
  return text;
}

}  // namespace assay
