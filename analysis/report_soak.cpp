#include "analysis/report_soak.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/format.hpp"
#include "analysis/report_tables.hpp"
#include "analysis/soak_sentences.hpp"

namespace assay {
namespace {

Html verdict_chip(const SoakRecord& soak) {
  Html chip;
  switch (soak.verdict.cause) {
    case SustainedCause::stable:
      chip.put("<span class=\"chip valid\">✓ ");
      break;
    case SustainedCause::undecided:
      chip.put("<span class=\"chip load\">? ");
      break;
    default:
      chip.put("<span class=\"chip invalid\">✗ ");
  }
  chip.text(name_of(soak.verdict.cause)).put("</span>");
  if (soak.audit && soak.audit->burst_only) {
    chip.put(" <span class=\"chip load\">burst only</span>");
  }
  return chip;
}

Html verdict_part(const SoakRecord& soak) {
  Html out;
  out.put("<p class=\"sustained\">").put(verdict_chip(soak));
  if (soak.audit && soak.audit->burst_only) {
    out.put(" A soak shorter than 120 s: nothing in it is called sustained.");
  }
  out.put("</p>");
  if (!soak.verdict.evidence.empty()) {
    out.put("<ul class=\"evidence\">");
    for (const std::string& sentence : soak.verdict.evidence) {
      out.put("<li>").text(sentence).put("</li>");
    }
    out.put("</ul>");
  }
  return out;
}

void burst_fact(Html& list, const SoakRecord& soak) {
  if (!burst_was_not_kept(soak)) {
    put_fact(list, "Burst", burst_text(soak));
    return;
  }
  list.put("<div><dt>Burst</dt><dd><del>").text(burst_text(soak)).put("</del> not sustained</dd></div>");
}

Html facts(const SoakRecord& soak) {
  Html list;
  list.put("<dl class=\"facts\">");
  put_fact(list, "Stability", stability_sentence(soak));
  const bool burst_only = soak.audit && soak.audit->burst_only;
  put_fact(list, burst_only ? Markup("Level at the end") : Markup("Sustained and peak"), sustained_sentence(soak));
  burst_fact(list, soak);
  put_fact(list, "Time to throttle", time_to_throttle_sentence(soak));
  if (const std::string flag = throttle_flag_sentence(soak); !flag.empty()) {
    put_fact(list, "Throttle flag", flag);
  }
  put_fact(list, "Steady state", steady_sentence(soak));
  if (soak.energy.empty()) {
    put_fact(list, "Energy", no_energy_sentence(soak));
  }
  put_fact(list, "Room",
           soak.ambient_c ? reading_text("ambient_c", *soak.ambient_c, Charset::utf8) + ", as typed by a person"
                          : "its temperature was not given");
  put_fact(list, "Sampling", watch_sentence(soak));
  return list.put("</dl>");
}

Html points_aside(const SoakRecord& soak) {
  std::string text = fmt::format("{} points of {}", format_count(soak.points.size()), format_duration(soak.period_s));
  if (soak.left_out_s > 0.0) {
    text += fmt::format("; the last {} are left out, shorter than a point", format_duration(soak.left_out_s));
  }
  text += soak.watch.temperature_of.empty() ? ". Temperature: not available"
                                            : fmt::format(". Temperature: {}", soak.watch.temperature_of);
  if (soak.trip_temperature_c) {
    text += fmt::format(", trip at {}", reading_text("trip_c", *soak.trip_temperature_c, Charset::utf8));
  }
  text += soak.watch.power_of.empty() ? ". Power: not available." : fmt::format(". Power: {}.", soak.watch.power_of);
  Html out;
  return out.put("<p class=\"aside\">").text(text).put("</p>");
}

void tail_cell(Html& row, const SoakRecord& soak, std::size_t i) {
  if (i < soak.loop_p99_s.size()) {
    const EstimateRecord& p99 = soak.loop_p99_s[i];
    row.put("<td data-label=\"P99\">").put(estimate_cell(format_duration_estimate(p99), p99)).put("</td>");
    return;
  }
  const auto& median = soak.audit->loops[i].p99_s;
  row.put("<td data-label=\"P99\">").text(median ? format_duration(*median) : "not available");
  row.put("<span class=\"small\">").text(median ? "median of the points" : "the queries were not kept apart");
  row.put("</span></td>");
}

Html loop_table(const SoakRecord& soak) {
  Html out;
  if (!soak.audit || soak.audit->loops.empty()) {
    return out;
  }
  const double best = std::ranges::max(soak.audit->loops, {}, &SoakLoop::throughput_per_s).throughput_per_s;
  out.put("<details class=\"loops\"><summary>").text(fmt::format("The {} loops", soak.audit->loops.size()));
  out.put("</summary>")
      .put(table_head("Equal shares of the soak, with the P99 of the queries completed in each.",
                      {"Loop", "Throughput", "Of the best", "P99"}));
  for (std::size_t i = 0; i < soak.audit->loops.size(); ++i) {
    const SoakLoop& loop = soak.audit->loops[i];
    out.put("<tr><th scope=\"row\">").text(fmt::format("{}", i + 1)).put("<span class=\"small\">");
    out.text(fmt::format("{} to {}", format_duration(loop.begin_s), format_duration(loop.end_s))).put("</span></th>");
    put_cell(out, "Throughput", format_rate(loop.throughput_per_s, "queries/s"));
    put_cell(out, "Of the best", best > 0.0 ? format_percent(loop.throughput_per_s / best) : "not available");
    tail_cell(out, soak, i);
    out.put("</tr>");
  }
  return out.put("</tbody></table></div></details>");
}

std::string power_or_reason(const std::optional<double>& value, std::string_view unit) {
  return value ? format_quantity(*value, unit) : "not measured";
}

Html energy_table(const SoakRecord& soak) {
  Html out;
  if (soak.energy.empty()) {
    return out;
  }
  out.put(
      table_head("Energy, of the counter named and of nothing else: a processor package is no machine. Idle power is "
                 "inside the figures.",
                 {"Boundary", "Energy", "Time", "Mean power", "Idle power", "A query", "Queries a joule"}));
  for (const EnergyRecord& energy : soak.energy) {
    out.put("<tr><th scope=\"row\">").text(energy.boundary).put("</th>");
    put_cell(out, "Energy", format_quantity(energy.energy_j, "J"));
    put_cell(out, "Time", format_duration(energy.duration_s));
    put_cell(out, "Mean power", format_quantity(energy.mean_power_w, "W"));
    put_cell(out, "Idle power", power_or_reason(energy.idle_power_w, "W"));
    put_cell(out, "A query", power_or_reason(energy.energy_per_query_j, "J"));
    put_cell(out, "Queries a joule", power_or_reason(energy.queries_per_j, "/J"));
    out.put("</tr>");
  }
  return out.put("</tbody></table></div>");
}

Html sensor_table(const SoakRecord& soak) {
  Html out;
  if (soak.sensors.empty() && soak.absences.empty()) {
    return out;
  }
  out.put(table_head("Sensors of this machine, and those that it does not have.",
                     {"Sensor", "Lowest", "Highest", "Points with a reading"}));
  for (const SensorRecord& sensor : soak.sensors) {
    const auto range = range_of(sensor.values);
    std::string about = fmt::format("{}, {}", sensor.quantity, sensor.source);
    if (sensor.trip_c) {
      about += fmt::format(", trip at {}", reading_text("trip_c", *sensor.trip_c, Charset::utf8));
    }
    out.put("<tr><th scope=\"row\">").text(sensor.name).put("<span class=\"small\">").text(about).put("</span></th>");
    put_cell(out, "Lowest", range ? reading_text(sensor.quantity, range->lowest, Charset::utf8) : "none");
    put_cell(out, "Highest", range ? reading_text(sensor.quantity, range->highest, Charset::utf8) : "none");
    const auto known = std::ranges::count_if(sensor.values, [](const auto& value) { return value.has_value(); });
    put_cell(
        out, "Points with a reading",
        fmt::format("{} of {}", format_count(static_cast<std::uint64_t>(known)), format_count(sensor.values.size())));
    out.put("</tr>");
  }
  for (const SensorAbsenceRecord& absence : soak.absences) {
    out.put("<tr><th scope=\"row\">").text(absence.kind).put("</th><td class=\"reason\" colspan=\"3\">not available: ");
    out.text(absence.reason).put("</td></tr>");
  }
  return out.put("</tbody></table></div>");
}

}  // namespace

Html soak_section(const RunDocument& run, std::size_t number) {
  Html out;
  if (!run.soak) {
    return out;
  }
  out.put(section_heading("Sustained performance", run)).put(verdict_part(*run.soak));
  out.put("<div class=\"chart\" data-chart=\"soak\" data-run=\"").text(fmt::format("{}", number));
  out.put("\" hidden></div>").put(facts(*run.soak)).put(points_aside(*run.soak));
  return out.put(energy_table(*run.soak)).put(loop_table(*run.soak)).put(sensor_table(*run.soak));
}

}  // namespace assay
