#include "analysis/report_tail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/report_sentences.hpp"
#include "analysis/report_tables.hpp"

namespace assay {
namespace {

constexpr std::string_view kUnattributed = "unattributed";

Html absent(Markup title, const RunDocument& run, std::string_view reason) {
  return section_heading(title, run).put("<p class=\"aside\">not available: ").text(reason).put("</p>");
}

/// What stands behind a name of FormulaRecord.
std::string_view meaning_of(std::string_view formula) {
  if (formula == "normal") {
    return "mean plus a fixed number of standard deviations";
  }
  if (formula == "log-normal") {
    return "the logarithms follow a normal law";
  }
  if (formula == "Cantelli") {
    return "a bound: no law with this mean and deviation has more";
  }
  return formula == "measured" ? "no formula: the queries of this run" : "";
}

std::string moments_text(const LatencyRecord& latency) {
  if (!latency.mean_s || !latency.standard_deviation_s) {
    return "What formulas make of mean and standard deviation alone.";
  }
  return fmt::format("What formulas make of the mean of {} and the standard deviation of {} alone.",
                     format_duration(*latency.mean_s), format_duration(*latency.standard_deviation_s));
}

std::string no_math_peek_reason(const RunDocument& run) {
  if (is_one_batch(run)) {
    return "one query that holds everything has no tail";
  }
  if (run.latency.lost_count > 0) {
    return fmt::format("{} of {} queries never completed, so the mean is infinite",
                       format_count(run.latency.lost_count), format_count(run.latency.count));
  }
  return "the result file holds none";
}

std::string no_fleet_reason(const RunDocument& run) {
  if (is_one_batch(run)) {
    return "one query that holds everything has no tail";
  }
  return run.slo_s ? "the result file holds none" : "no latency window was asked for";
}

std::string no_attribution_reason(const RunDocument& run) {
  if (const auto reason = run.not_available.find("result.attribution"); reason != run.not_available.end()) {
    return reason->second;
  }
  if (run.emulated) {
    return std::string(kNoCausesWhenEmulated);
  }
  return is_one_batch(run) ? "one query that holds everything has no tail"
                           : "no query was above the percentile, or the run kept no account of them";
}

std::string fleet_notes(const FleetRecord& fleet) {
  std::string text;
  if (fleet.even_odds) {
    text = fmt::format("Even odds of one failure at {} devices", format_count(*fleet.even_odds));
    text += fleet.even_odds_upper ? fmt::format(", at the limit already at {}. ", format_count(*fleet.even_odds_upper))
                                  : ". ";
  } else if (fleet.even_odds_upper) {
    text =
        fmt::format("Even odds of one failure at {} devices at the earliest. ", format_count(*fleet.even_odds_upper));
  }
  text += "The formula 1 - (1 - p)^N takes the devices to fail independently. ";
  text += fleet.autocorrelation
              ? fmt::format("Autocorrelation of misses in this run, from one query to the next: {:.2f}.",
                            *fleet.autocorrelation)
              : "Autocorrelation of misses: not available, there were too few misses or hits.";
  return text;
}

std::string scheduling_notes(const RunDocument& run, const AttributionRecord& attribution) {
  const auto known = run.not_available.find("result.attribution.waited_share");
  const std::string reason = known == run.not_available.end() ? "this run did not read it" : std::string(known->second);
  std::string text = attribution.waited_share
                         ? fmt::format("Each worker was ready and without a CPU for {} of the time",
                                       format_percent(*attribution.waited_share))
                         : fmt::format("Time ready and without a CPU: not available, {}", reason);
  text += attribution.involuntary_switches_per_s
              ? fmt::format("; {} of each of them",
                            format_rate(*attribution.involuntary_switches_per_s, "involuntary switches/s"))
              : "; involuntary switches: not available";
  if (attribution.without_account > 0) {
    text += fmt::format("; of {} slow queries there is no account", format_count(attribution.without_account));
  }
  return text + fmt::format(". Reading the account took {} of the workers' time.",
                            format_percent(attribution.accounting_share));
}

}  // namespace

Html math_peek_section(const RunDocument& run) {
  constexpr Markup kTitle = "Math Peek: formula and measured tail";
  if (!run.math_peek) {
    return absent(kTitle, run, no_math_peek_reason(run));
  }
  const std::string value = fmt::format("P{:.6g} it gives", 100.0 * run.math_peek->percentile);
  Html out = section_heading(kTitle, run);
  out.put(table_head(moments_text(run.latency), {"Formula", value, "Ratio to measured", "Queries above it"}));
  for (const FormulaRecord& row : run.math_peek->rows) {
    out.put("<tr><th scope=\"row\">").text(row.name);
    out.put("<span class=\"small\">").text(meaning_of(row.name)).put("</span></th>");
    put_cell(out, value, format_duration(row.value_s));
    put_cell(out, "Ratio to measured", fmt::format("{:.2f} x", row.ratio_to_measured));
    put_cell(out, "Queries above it", format_percent(row.share_above));
    out.put("</tr>");
  }
  return out.put("</tbody></table></div><p>").text(run.math_peek->finding).put("</p>");
}

Html fleet_section(const RunDocument& run) {
  constexpr Markup kTitle = "A fleet of such devices";
  if (!run.fleet) {
    return absent(kTitle, run, no_fleet_reason(run));
  }
  const FleetRecord& fleet = *run.fleet;
  Html out = section_heading(kTitle, run);
  out.put(table_head(
      fmt::format("Each device serves one query; {} of the queries were over the window, with 95 % confidence at most "
                  "{}. How likely is at least one of the devices over it?",
                  format_percent(fleet.share), format_percent(fleet.share_upper)),
      {"Devices", "Probability", "Upper limit"}));
  for (const FleetRecord::Row& row : fleet.rows) {
    out.put("<tr><th scope=\"row\">").text(format_count(row.devices));
    out.text(row.devices == 1 ? " device" : " devices").put("</th>");
    put_cell(out, "Probability", format_percent(row.failure_probability));
    put_cell(out, "Upper limit", format_percent(row.failure_probability_upper));
    out.put("</tr>");
  }
  return out.put("</tbody></table></div><p class=\"aside\">").text(fleet_notes(fleet)).put("</p>");
}

Html attribution_section(const RunDocument& run) {
  constexpr Markup kTitle = "Who made the slow queries slow";
  if (!run.attribution) {
    return absent(kTitle, run, no_attribution_reason(run));
  }
  const AttributionRecord& attribution = *run.attribution;
  std::vector<AttributionRecord::Cause> causes = attribution.causes;
  std::stable_sort(causes.begin(), causes.end(), [](const auto& a, const auto& b) {
    return std::pair(a.name == kUnattributed, -a.excess_s) < std::pair(b.name == kUnattributed, -b.excess_s);
  });
  Html out = section_heading(kTitle, run);
  out.put(table_head(fmt::format("{} queries took longer than {}, {} more than the median in their sum.",
                                 format_count(attribution.slow_count), format_duration(attribution.threshold_s),
                                 format_duration(attribution.excess_s)),
                     {"Cause", "Excess time", "Share", "Largest part of"}));
  for (const AttributionRecord::Cause& cause : causes) {
    if (cause.excess_s <= 0.0 && cause.query_count == 0 && cause.name != kUnattributed) {
      continue;
    }
    out.put("<tr><th scope=\"row\">").text(cause.name).put("</th>");
    put_cell(out, "Excess time", format_duration(cause.excess_s));
    put_cell(out, "Share", attribution.excess_s > 0.0 ? format_percent(cause.excess_s / attribution.excess_s) : "none");
    put_cell(out, "Largest part of",
             fmt::format("{} {}", format_count(cause.query_count), cause.query_count == 1 ? "query" : "queries"));
    out.put("</tr>");
  }
  return out.put("</tbody></table></div><p class=\"aside\">").text(scheduling_notes(run, attribution)).put("</p>");
}

}  // namespace assay
