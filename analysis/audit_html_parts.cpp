#include "analysis/audit_html_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/audit_charts.hpp"
#include "analysis/audit_figures.hpp"
#include "analysis/format.hpp"
#include "analysis/roofline_titles.hpp"
#include "analysis/share_text.hpp"

namespace assay {
namespace {

Html small(std::string_view text) { return Html().put("<span class=\"small\">").text(text).put("</span>"); }

Html none(std::string_view reason) {
  Html out;
  out.put("<span class=\"none\">not available</span>");
  return reason.empty() ? out : out.put(small(clipped(std::string(reason))));
}

/// On one line where there is room.
Html value(std::string_view text) { return Html().put("<span class=\"value\">").text(text).put("</span>"); }

/// The figure, what kind it is and where it comes from.
Html figure_cell(const AuditFigure& figure, const std::string& what) {
  if (!figure.value.point) {
    return none(figure.value.reason);
  }
  Html out = value(figure_text(figure, what, Charset::utf8));
  out.put(small(fmt::format("{}: {}", name_of(figure.kind), figure.source)));
  return !figure.value.lower && figure.kind == FigureKind::measured ? out.put(small(figure.value.reason)) : out;
}

Html ratio_cell(const EstimateRecord& ratio) {
  return ratio.point ? value(plain_estimate_text(ratio, "x")) : none(ratio.reason);
}

/// One picture for wide screens and paper, one for narrow screens.
Html both_sizes(Html (*chart)(const AuditRecord&, const AuditChartSize&), const AuditRecord& record,
                const std::string& id) {
  Html out;
  out.put(chart(record, {.width = 940, .height = 500, .id = id}));
  return out.put(chart(record, {.width = 380, .height = 400, .id = id + "-narrow"}));
}

Html list_of(const std::vector<std::string>& sentences) {
  Html out;
  out.put("<ul class=\"evidence\">");
  for (const std::string& sentence : sentences) {
    out.put("<li>").text(sentence).put("</li>");
  }
  return out.put("</ul>");
}

std::vector<std::string> names_of(const std::vector<AuditSystem>& systems, bool measured_only) {
  std::vector<std::string> names;
  for (const AuditSystem& system : systems) {
    if (system.measured() || !measured_only) {
      names.push_back(fmt::format("{} {}", system.letter, kind_text(system)));
    }
  }
  return names;
}

std::vector<std::string> with_first(std::string first, std::vector<std::string> rest) {
  rest.insert(rest.begin(), std::move(first));
  return rest;
}

Html control_chip(ControlState state) {
  Html out;
  switch (state) {
    case ControlState::holds:
      out.put("<span class=\"chip holds\">✓ ");
      break;
    case ControlState::fails:
      out.put("<span class=\"chip fails\">✗ ");
      break;
    case ControlState::not_known:
      out.put("<span class=\"chip unknown\">? ");
      break;
  }
  return out.text(name_of(state)).put("</span>");
}

}  // namespace

AuditTable::AuditTable(const std::string& caption, std::vector<std::string> columns) : columns_(std::move(columns)) {
  out_.put("<div class=\"scroll\"><table class=\"stack left figure-table\"><caption>").text(caption);
  out_.put("</caption><thead><tr>");
  for (const std::string& column : columns_) {
    out_.put("<th scope=\"col\">").text(column).put("</th>");
  }
  out_.put("</tr></thead><tbody>");
}

void AuditTable::begin_row(const Html& name) {
  if (row_is_open_) {
    out_.put("</tr>");
  }
  row_is_open_ = true;
  at_ = 1;
  out_.put("<tr><th scope=\"row\">").put(name).put("</th>");
}

void AuditTable::cell(const Html& value) {
  out_.put("<td data-label=\"").text(at_ < columns_.size() ? columns_[at_] : std::string()).put("\"><span>").put(value);
  out_.put("</span></td>");
  ++at_;
}

void AuditTable::text_cell(std::string_view text) { cell(Html().text(text)); }

Html AuditTable::finish() {
  if (row_is_open_) {
    out_.put("</tr>");
  }
  return out_.put("</tbody></table></div>");
}

Html audit_system_name(const AuditSystem& system) {
  Html out;
  out.text(system.letter).put(" ").text(system.name);
  out.put(system.kind == SystemKind::measured ? Markup(" <span class=\"chip\">")
                                              : Markup(" <span class=\"chip envelope\">"));
  return out.text(kind_text(system)).put("</span>");
}

Html audit_roofline_section(const AuditRecord& record) {
  Html out;
  out.put("<section id=\"roofline\"><h2>Comparative roofline</h2>");
  out.put(both_sizes(audit_roofline_chart, record, "roofline-chart"));
  out.put(
      "<p class=\"aside\">Lines: roofs, their 95 % intervals shaded; dashed: stated by a vendor. Filled mark: "
      "measured; "
      "open mark: what the roof predicts; short stroke: ridge. Dotted: where two roofs tie.</p>");
  AuditTable table("The roofs that bound the lighthouse, as in the chart",
                   {"System", "Peak", "Bandwidth", "Ridge", "Which roofs these are"});
  for (const AuditSystem& system : record.systems) {
    const AuditRoofs& roofs = system.roofs;
    table.begin_row(audit_system_name(system));
    if (!roofs.reason.empty()) {
      for (int i = 0; i < 3; ++i) {
        table.cell(none(""));
      }
      table.text_cell(clipped(roofs.reason));
      continue;
    }
    table.cell(value(peak_text(roofs)).put(small(roofs.peak_of)));
    table.cell(value(bandwidth_text(roofs)).put(small(roofs.bandwidth_of)));
    table.cell(value(ridge_text(roofs)));
    table.text_cell(roofs.chosen);
  }
  out.put(table.finish());
  std::vector<std::string> sentences;
  for (const AuditCrossover& crossover : record.crossovers) {
    sentences.push_back(crossover.sentence);
  }
  return out.put(list_of(sentences)).put("</section>");
}

Html audit_throughput_section(const AuditRecord& record) {
  Html out;
  out.put("<section id=\"throughput\"><h2>Predicted against measured</h2>");
  AuditTable table("Throughput of the lighthouse",
                   {"System", "Intensity", "Predicted by its roofs", "Measured", "Share of the roof", "Bound by"});
  for (const AuditSystem& system : record.systems) {
    table.begin_row(audit_system_name(system));
    table.text_cell(intensity_text(system));
    table.cell(figure_cell(system.predicted, "throughput"));
    table.cell(figure_cell(system.throughput, "throughput"));
    table.cell(system.share.point ? value(share_text(system.share)) : none(""));
    table.text_cell(system.bound_by.empty() ? "not known" : system.bound_by);
  }
  out.put(table.finish());
  AuditTable ratios("Ratios of two systems' throughput", {"Ratio", "Predicted", "Measured"});
  for (const AuditComparison& comparison : record.comparisons) {
    ratios.begin_row(
        Html().text(record.systems[comparison.b].letter).put(" over ").text(record.systems[comparison.a].letter));
    ratios.cell(ratio_cell(comparison.predicted));
    ratios.cell(ratio_cell(comparison.measured));
  }
  return out.put(ratios.finish()).put(list_of(record.ranking.sentences)).put("</section>");
}

Html audit_pareto_section(const AuditRecord& record) {
  Html out;
  out.put("<section id=\"pareto\"><h2>Pareto front</h2>");
  const Html chart = both_sizes(audit_pareto_chart, record, "pareto-chart");
  if (chart.empty()) {
    out.put("<p class=\"aside\">No chart: it takes two axes on which every measured system has a figure.</p>");
  } else {
    out.put(chart);
  }
  AuditTable table("Every axis that was asked for", with_first("Axis", names_of(record.systems, false)));
  for (const AuditAxis& axis : record.axes) {
    Html name;
    name.text(axis.title).put(small(axis.higher_is_better ? "more is better" : "less is better"));
    if (!axis.used) {
      name.put(small("not used: " + clipped(axis.reason)));
    }
    table.begin_row(name);
    for (const AuditSystem& system : record.systems) {
      table.cell(figure_cell(figure_on(system, axis.name), axis.name));
    }
  }
  table.begin_row(Html().put("On the front"));
  for (const ParetoPoint& point : record.pareto) {
    table.text_cell(point.sentence);
  }
  return out.put(table.finish()).put("</section>");
}

Html audit_metric_section(const AuditRecord& record) {
  Html out;
  out.put("<section id=\"metric\"><h2>Ultimate metric</h2>");
  AuditTable table("What a mission may be judged by", with_first("Metric", names_of(record.systems, false)));
  for (const AuditMetric& metric : record.metrics) {
    table.begin_row(Html().text(metric.title).put(metric.chosen ? small("the mission's") : Html()));
    for (std::size_t i = 0; i < record.systems.size(); ++i) {
      Html cell = figure_cell(metric_figure(record.systems[i], metric.name), metric.name);
      if (!metric.needs[i].empty()) {
        cell.put(small("it takes: " + metric.needs[i]));
      }
      table.cell(cell);
    }
  }
  return out.put(table.finish()).put("</section>");
}

Html audit_fairness_section(const AuditRecord& record) {
  Html out;
  const FairnessIndex& fairness = record.fairness;
  out.put("<section id=\"fairness\"><h2>Fairness</h2><p>");
  if (!fairness.reason.empty()) {
    return out.text(fairness.reason).put("</p></section>");
  }
  out.text(fmt::format("{} of {} controls hold ({}). ", fairness.held(), fairness.controls.size(),
                       format_percent(fairness.share())));
  out.put(
      "They are filled in from what the result files recorded, not by hand; a verdict is given at five of five only. "
      "What an envelope declares as its limit is what is compared, and no breach.</p>");
  AuditTable table("The five controls", with_first("Control", names_of(record.systems, true)));
  for (const FairnessControl& control : fairness.controls) {
    Html name;
    name.text(control.name).put(" ").put(control_chip(control.state));
    if (!control.finding.empty()) {
      name.put(small(control.finding)).put(small("try: " + control.remedy));
    }
    table.begin_row(name);
    for (const std::string& fact : control.facts) {
      table.text_cell(fact);
    }
  }
  out.put(table.finish());
  if (!fairness.differences.empty()) {
    out.put("<h3>Differs, and blocks nothing</h3>").put(list_of(fairness.differences));
  }
  return out.put("</section>");
}

Html audit_systems_section(const AuditRecord& record) {
  Html out;
  out.put("<section id=\"systems\"><h2>The systems</h2>");
  AuditTable table("What each system is", {"System", "Hardware", "Taken away", "Work", "From"});
  for (const AuditSystem& system : record.systems) {
    table.begin_row(audit_system_name(system));
    table.text_cell(system.hardware);
    table.text_cell(system.limits.empty() ? "nothing" : system.limits);
    table.text_cell(system.lighthouse.workload.empty()
                        ? clipped(system.lighthouse.reason)
                        : fmt::format("{}, step {}", system.lighthouse.workload, clipped(system.lighthouse.step, 40)));
    table.text_cell(system.source);
  }
  return out.put(table.finish()).put("</section>");
}

}  // namespace assay
