#include <fmt/format.h>

#include <vector>

#include "analysis/format.hpp"
#include "analysis/report_labels.hpp"
#include "analysis/report_text.hpp"
#include "analysis/run_columns.hpp"
#include "analysis/run_mark.hpp"

namespace assay {

namespace {

/// Shortest form that reads back as the same number.
std::string number_text(double value) { return fmt::format("{}", value); }

bool begins_a_formula(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return text.starts_with('\t') || text.starts_with('\r') || text.starts_with('\n') ||
         (first != std::string::npos && std::string_view("=+-@").find(text[first]) != std::string_view::npos);
}

std::string csv_text(const std::string& text) {
  const std::string shown = (begins_a_formula(text) ? "'" : "") + printable_text(text, Charset::utf8);
  if (shown.find_first_of("\",;\r\n'") == std::string::npos && !shown.starts_with(' ') && !shown.ends_with(' ')) {
    return shown;
  }
  std::string quoted = "\"";
  for (const char c : shown) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

std::string sql_text(const std::string& text) {
  std::string quoted = "'";
  for (const char c : printable_text(text, Charset::utf8)) {
    quoted += c == '\'' ? "''" : std::string(1, c == '\\' ? '/' : c);
  }
  return quoted + '\'';
}

std::string csv_cell(const RunCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return csv_text(*text);
  }
  if (const auto* flag = std::get_if<bool>(&cell)) {
    return *flag ? "true" : "false";
  }
  if (const auto* count = std::get_if<std::uint64_t>(&cell)) {
    return fmt::format("{}", *count);
  }
  const auto* number = std::get_if<double>(&cell);
  return number == nullptr ? "" : number_text(*number);
}

std::string sql_cell(const RunCell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) {
    return "NULL";
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return sql_text(*text);
  }
  if (const auto* flag = std::get_if<bool>(&cell)) {
    return *flag ? "TRUE" : "FALSE";
  }
  return csv_cell(cell);
}

const char* sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::text:
      return "TEXT";
    case ColumnType::boolean:
      return "BOOLEAN";
    case ColumnType::count:
      return "NUMERIC(20)";  // a seed has 64 bits and no sign
    case ColumnType::number:
      return "DOUBLE PRECISION";
  }
  return "TEXT";
}

/// Text of a file as a cell of a Markdown table: no markup, no cell border, no HTML.
std::string markdown_text(std::string_view text) {
  std::string shown;
  for (const char c : printable_text(text, Charset::utf8)) {
    if (c == '<') {
      shown += "&lt;";
    } else if (c == '&') {
      shown += "&amp;";
    } else {
      shown +=
          std::string_view("|\\`*_[]#>!~").find(c) == std::string_view::npos ? std::string(1, c) : std::string{'\\', c};
    }
  }
  return shown;
}

std::string percentile_text(const RunDocument& run, const char* name) {
  const auto found = run.latency.percentiles_s.find(name);
  return found == run.latency.percentiles_s.end() ? "not available" : format_duration_estimate(found->second);
}

std::string metric_text(const RunDocument& run) {
  if (!run.metric.point) {
    return run.metric.reason.empty() ? "not available" : "not available: " + markdown_text(run.metric.reason);
  }
  return run.metric_unit == "s" ? format_duration_estimate(run.metric)
                                : format_rate_estimate(run.metric, markdown_text(run.metric_unit));
}

std::string verdict_text(const RunDocument& run) {
  std::string text = run.valid ? "VALID" : "INVALID";
  for (const InvalidReason& reason : run.invalid_reasons) {
    text += " " + markdown_text(reason.code);
  }
  return text + (run.hash_matches ? "" : ", CHANGED");
}

std::string share_text(const std::optional<double>& share) {
  return share ? format_percent(*share) : std::string("not available");
}

}  // namespace

std::string runs_csv(std::span<const RunDocument> runs) {
  std::string csv;
  const auto line = [&csv](const auto& text_of_column) {
    bool first = true;
    for (const RunColumn& column : run_columns()) {
      csv += (first ? "" : ",") + text_of_column(column);
      first = false;
    }
    csv += "\r\n";
  };
  line([](const RunColumn& column) { return std::string(column.name); });
  for (const RunDocument& run : runs) {
    line([&run](const RunColumn& column) { return csv_cell(column.cell(run)); });
  }
  return csv;
}

std::string runs_sql(std::span<const RunDocument> runs) {
  std::vector<std::string> definitions;
  std::vector<std::string> names;
  for (const RunColumn& column : run_columns()) {
    definitions.push_back(fmt::format("  {} {}", column.name, sql_type(column.type)));
    names.emplace_back(column.name);
  }
  std::string sql = fmt::format("CREATE TABLE IF NOT EXISTS assay_runs (\n{}\n);\n", fmt::join(definitions, ",\n"));
  for (const RunDocument& run : runs) {
    std::vector<std::string> values;
    for (const RunColumn& column : run_columns()) {
      values.push_back(sql_cell(column.cell(run)));
    }
    sql += fmt::format("INSERT INTO assay_runs ({}) VALUES ({});\n", fmt::join(names, ", "), fmt::join(values, ", "));
  }
  return sql;
}

std::string runs_markdown(std::span<const RunDocument> runs) {
  std::string table =
      "| run | machine | verdict | headline metric | P50 latency | P99 latency | steal |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n";
  const std::vector<std::string> labels = run_labels(runs);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunDocument& run = runs[i];
    table += fmt::format("| {}{} | {} | {} | {}: {} | {} | {} | {} |\n", markdown_text(mark_of(run).before(" ")),
                         markdown_text(labels[i]), markdown_text(run.machine_identity.label), verdict_text(run),
                         markdown_text(run.metric_name), metric_text(run), percentile_text(run, "p50"),
                         percentile_text(run, "p99"), share_text(run.steal_share));
  }
  return table + "\nIn brackets: 95 % intervals. Latency runs from the scheduled arrival to the answer.\n";
}

}  // namespace assay
