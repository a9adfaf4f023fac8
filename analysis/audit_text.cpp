#include "analysis/audit_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "analysis/audit_figures.hpp"
#include "analysis/format.hpp"
#include "analysis/report_text.hpp"
#include "analysis/roofline_titles.hpp"
#include "analysis/share_text.hpp"

namespace assay {
namespace {

using Row = std::vector<std::string>;

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Lines that a terminal can show whatever a file held.
class Lines {
 public:
  explicit Lines(Charset charset) : charset_(charset) {}

  void add(std::string_view line) { out_ += printable_text(line, charset_) + "\n"; }
  void heading(std::string_view text) {
    out_ += "\n";
    add(text);
  }
  /// Columns as wide as their widest cell.
  void table(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    std::vector<Row> shown;
    for (const Row& row : rows) {
      Row cells;
      for (std::size_t i = 0; i < row.size(); ++i) {
        cells.push_back(printable_text(row[i], charset_));
        widths.resize(std::max(widths.size(), i + 1));
        widths[i] = std::max(widths[i], width_of(cells[i]));
      }
      shown.push_back(std::move(cells));
    }
    for (const Row& row : shown) {
      std::string line = "  ";
      for (std::size_t i = 0; i < row.size(); ++i) {
        line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out_ += line + "\n";
    }
  }
  [[nodiscard]] const std::string& str() const { return out_; }

 private:
  Charset charset_;
  std::string out_;
};

/// With its kind behind it; without a point the reason.
std::string with_kind(const AuditFigure& figure, const std::string& text) {
  return figure.value.point ? fmt::format("{} ({})", text, name_of(figure.kind))
                            : fmt::format("not available: {}", clipped(figure.value.reason, 90));
}

void fairness_lines(Lines& lines, const AuditRecord& record) {
  lines.heading("fairness, from what the files recorded");
  if (!record.fairness.reason.empty()) {
    lines.add("  " + record.fairness.reason);
  }
  for (const FairnessControl& control : record.fairness.controls) {
    lines.add(fmt::format("  {:<9}  {}", name_of(control.state), control.name));
    std::size_t at = 0;
    for (const AuditSystem& system : record.systems) {
      if (system.measured() && at < control.facts.size()) {
        lines.add(fmt::format("             {}  {}", system.letter, control.facts[at++]));
      }
    }
    if (!control.finding.empty()) {
      lines.add("             " + control.finding);
      lines.add("             try: " + control.remedy);
    }
  }
  for (const std::string& difference : record.fairness.differences) {
    lines.add("  differs, and blocks nothing: " + difference);
  }
}

void roof_lines(Lines& lines, const AuditRecord& record) {
  lines.heading("roofs that bound the lighthouse");
  std::vector<Row> rows{{"system", "peak", "bandwidth", "ridge"}};
  for (const AuditSystem& system : record.systems) {
    rows.push_back(system.roofs.reason.empty()
                       ? Row{title_of(system), peak_text(system.roofs),
                             fmt::format("{} {}", system.roofs.level, bandwidth_text(system.roofs)),
                             ridge_text(system.roofs)}
                       : Row{title_of(system), "not available: " + clipped(system.roofs.reason)});
  }
  lines.table(rows);
  for (const AuditSystem& system : record.systems) {
    if (system.roofs.reason.empty()) {
      lines.add(fmt::format("  {}: {}", system.letter, system.roofs.chosen));
    }
  }
  for (const AuditCrossover& crossover : record.crossovers) {
    lines.add("  " + crossover.sentence);
  }
}

void throughput_lines(Lines& lines, const AuditRecord& record) {
  lines.heading("throughput of the lighthouse, predicted and measured");
  std::vector<Row> rows{{"system", "intensity", "predicted", "measured", "share of the roof", "bound by"}};
  for (const AuditSystem& system : record.systems) {
    rows.push_back({title_of(system), intensity_text(system),
                    with_kind(system.predicted, throughput_text(system.predicted.value)),
                    with_kind(system.throughput, throughput_text(system.throughput.value)),
                    system.share.point ? share_text(system.share) : "not available",
                    system.bound_by.empty() ? "not known" : system.bound_by});
  }
  lines.table(rows);
  for (const AuditComparison& comparison : record.comparisons) {
    lines.add(fmt::format("  {} over {}: predicted {}, measured {}", record.systems[comparison.b].letter,
                          record.systems[comparison.a].letter, plain_estimate_text(comparison.predicted, "x"),
                          comparison.measured.point ? plain_estimate_text(comparison.measured, "x")
                                                    : "not available: " + comparison.measured.reason));
  }
  for (const std::string& sentence : record.ranking.sentences) {
    lines.add("  rank: " + sentence);
  }
}

void pareto_lines(Lines& lines, const AuditRecord& record, Charset charset) {
  lines.heading("Pareto front");
  for (const AuditAxis& axis : record.axes) {
    lines.add(fmt::format("  {} ({} is better){}", axis.title, axis.higher_is_better ? "more" : "less",
                          axis.used ? "" : ": not used, " + clipped(axis.reason)));
    for (const AuditSystem& system : record.systems) {
      const AuditFigure& figure = figure_on(system, axis.name);
      lines.add(
          fmt::format("    {}  {}", title_of(system), with_kind(figure, figure_text(figure, axis.name, charset))));
    }
  }
  for (std::size_t i = 0; i < record.pareto.size(); ++i) {
    lines.add(fmt::format("  {}: {}", title_of(record.systems[i]), record.pareto[i].sentence));
  }
}

void metric_lines(Lines& lines, const AuditRecord& record, Charset charset) {
  lines.heading("ultimate metric");
  for (const AuditMetric& metric : record.metrics) {
    const bool is_axis = std::ranges::find(record.axes, metric.name, &AuditAxis::name) != record.axes.end();
    lines.add(fmt::format("  {}{}{}", metric.title, metric.chosen ? ", the mission's" : "",
                          is_axis ? ": its figures stand under the axes" : ""));
    if (is_axis) {
      continue;
    }
    for (std::size_t i = 0; i < record.systems.size(); ++i) {
      const AuditFigure& figure = metric_figure(record.systems[i], metric.name);
      lines.add(fmt::format("    {}  {}", title_of(record.systems[i]),
                            with_kind(figure, figure_text(figure, metric.name, charset))));
      if (!metric.needs[i].empty() && record.systems[i].measured()) {
        lines.add("       it takes: " + metric.needs[i]);
      }
    }
  }
}

}  // namespace

std::string audit_verdict(const AuditRecord& record) {
  return record.withheld() ? "WITHHELD: the verdict is " + record.fairness.why_withheld() : record.claim.sentence;
}

std::string audit_text(const AuditRecord& record, const TextStyle& style) {
  Lines lines(style.charset);
  lines.add(record.first_line);
  lines.add(audit_verdict(record));
  lines.add(record.fairness.controls.empty()
                ? std::string("fairness not decided: that takes two measured systems")
                : fmt::format("fairness {} of {} controls hold ({}): {}", record.fairness.held(),
                              record.fairness.controls.size(), format_percent(record.fairness.share()),
                              record.withheld() ? "not reportable" : "reportable"));
  lines.heading("memo to the Purchasing Lead");
  for (const std::string& sentence : record.memo) {
    lines.add("  " + sentence);
  }
  fairness_lines(lines, record);
  roof_lines(lines, record);
  throughput_lines(lines, record);
  pareto_lines(lines, record, style.charset);
  metric_lines(lines, record, style.charset);
  for (const AuditSystem& system : record.systems) {
    if (!system.limits.empty()) {
      lines.add(fmt::format("note  {}: {}", title_of(system), system.limits));
    }
  }
  for (const std::string& note : record.notes) {
    lines.add("note  " + clipped(note, 300));
  }
  return lines.str();
}

}  // namespace assay
