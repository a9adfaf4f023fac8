#include "analysis/report_tables.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <set>
#include <utility>

#include "analysis/dose_verdict.hpp"
#include "analysis/format.hpp"
#include "analysis/report_sentences.hpp"
#include "analysis/run_mark.hpp"

namespace assay {
namespace {

constexpr Markup kNoPoint = "<span class=\"none\">not available</span>";

/// A cell that carries its column's name: on a narrow screen the row becomes a list of named values.
class Cell {
 public:
  Cell(Html& row, Markup column) : row_(row) { row_.put("<td data-label=\"").put(column).put("\">"); }
  Cell(Html& row, std::string_view column) : row_(row) { row_.put("<td data-label=\"").text(column).put("\">"); }
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;
  ~Cell() { row_.put("</td>"); }

 private:
  Html& row_;
};

Html small_line(std::string_view text) { return Html().put("<span class=\"small\">").text(text).put("</span>"); }

void percentile_cell(Html& row, const LatencyRecord& latency, const std::string& key, bool has_latency) {
  const Cell cell(row, "P" + key.substr(1));
  const auto found = latency.percentiles_s.find(key);
  if (!has_latency) {
    row.put("<span class=\"none\">none per request</span>");
  } else if (found == latency.percentiles_s.end()) {
    row.put(kNoPoint);
  } else {
    EstimateRecord without_reason = found->second;
    without_reason.reason.clear();
    row.put(estimate_cell(format_duration_estimate(found->second), without_reason));
  }
}

Html headline_value(const RunDocument& run) {
  EstimateRecord metric = run.metric;
  if (is_reason_of_verdict(run, metric.reason)) {
    metric.reason.clear();
  }
  return estimate_cell(run.metric_unit == "s" ? format_duration_estimate(metric)
                                              : format_rate_estimate(metric, run.metric_unit, Charset::utf8),
                       metric);
}

void rate_cell(Html& row, const RunDocument& run) {
  const Cell cell(row, Markup("Rate"));
  const auto& achieved = is_one_batch(run) ? run.samples_per_s : run.queries_per_s;
  const std::string_view unit = is_one_batch(run) ? "samples/s" : "queries/s";
  if (!achieved) {
    row.put(kNoPoint);
    return;
  }
  row.text(format_rate(*achieved, unit));
  if (run.rate_target_hz) {
    row.put(small_line(fmt::format("asked {}", format_rate(*run.rate_target_hz, unit))));
  } else {
    row.put(small_line(is_one_batch(run) ? "all handed over at once" : "as fast as answers came"));
  }
}

void lateness_cell(Html& row, const RunDocument& run) {
  const Cell cell(row, Markup("Lateness P99"));
  if (!run.lateness.p99_s) {
    row.put("<span class=\"none\">no schedule</span>");
    return;
  }
  row.text(format_duration(*run.lateness.p99_s));
  row.put(small_line(fmt::format("{} late", format_percent(run.lateness.late_share))));
}

void reasons_row(Html& table, const RunDocument& run) {
  if (run.invalid_reasons.empty()) {
    return;
  }
  table.put("<tr class=\"reasons\"><td colspan=\"8\">").put(reasons_list(run)).put("</td></tr>");
}

void overview_row(Html& table, const RunDocument& run, std::string_view label, std::size_t number) {
  table.put(run.valid ? Html().put("<tr>") : Html().put("<tr class=\"invalid\">"));
  table.put("<th scope=\"row\"><a href=\"#run-").text(fmt::format("{}", number)).put("\">").text(label).put("</a>");
  table.put(verdict_chips(run)).put("</th>");
  {
    const Cell cell(table, Markup("Headline"));
    table.put(headline_value(run)).put(small_line(run.metric_name));
  }
  for (const char* key : {"p50", "p95", "p99"}) {
    percentile_cell(table, run.latency, key, !is_one_batch(run));
  }
  rate_cell(table, run);
  lateness_cell(table, run);
  {
    const Cell cell(table, Markup("Output check"));
    table.text(run.output_check.empty() ? "not checked" : run.output_check);
  }
  table.put("</tr>");
  reasons_row(table, run);
}

/// The percentiles of any of the records, in ascending order: "p50" ... "p99.9".
std::vector<std::string> percentile_keys(std::span<const std::pair<std::string, const LatencyRecord*>> records) {
  std::set<std::pair<double, std::string>> keys;
  for (const auto& [name, record] : records) {
    for (const auto& [key, estimate] : record->percentiles_s) {
      const bool is_number = key.size() > 1 && std::isdigit(static_cast<unsigned char>(key[1])) != 0;
      keys.emplace(is_number ? std::stod(key.substr(1)) : 0.0, key);
    }
  }
  std::vector<std::string> ascending;
  ascending.reserve(keys.size());
  for (const auto& [value, key] : keys) {
    ascending.push_back(key);
  }
  return ascending;
}

void count_cell(Html& row, const LatencyRecord& record) {
  const Cell cell(row, Markup("Count"));
  row.text(format_count(record.count));
  if (record.lost_count > 0) {
    row.put(small_line(fmt::format("{} never completed", format_count(record.lost_count))));
  }
}

void duration_cell(Html& row, Markup column, const std::optional<double>& value) {
  const Cell cell(row, column);
  if (value) {
    row.put("<span class=\"value\">").text(format_duration(*value)).put("</span>");
  } else {
    row.put(kNoPoint);
  }
}

/// Why a percentile or a limit of it is missing, one line a record and reason.
Html missing_notes(std::span<const std::pair<std::string, const LatencyRecord*>> records,
                   std::span<const std::string> keys) {
  Html notes;
  for (const auto& [name, record] : records) {
    for (const std::string& key : keys) {
      const auto found = record->percentiles_s.find(key);
      if (found != record->percentiles_s.end() && !found->second.reason.empty()) {
        notes.put("<li>").text(name).put(", P").text(key.substr(1)).put(": ").text(found->second.reason).put("</li>");
      }
    }
  }
  return notes.empty() ? notes : Html().put("<ul class=\"aside\">").put(notes).put("</ul>");
}

std::vector<std::pair<std::string, const LatencyRecord*>> records_of(const RunDocument& run) {
  std::vector<std::pair<std::string, const LatencyRecord*>> records;
  if (!is_one_batch(run)) {
    records.emplace_back("Latency, per query", &run.latency);
  }
  records.emplace_back("Service time, per sample", &run.service_time);
  if (run.first_token) {
    records.emplace_back("Time to first token", &*run.first_token);
  }
  if (run.token_time) {
    records.emplace_back("Time per further token", &*run.token_time);
  }
  return records;
}

}  // namespace

Html mark_chips(const RunDocument& run) {
  Html chips;
  for (const std::string& word : mark_of(run).words()) {
    chips.put(" <span class=\"chip synthetic\">").text(word).put("</span>");
  }
  return chips;
}

Html section_heading(Markup title, const RunDocument& run) {
  Html out;
  out.put("<h3>").put(title);
  return out.put(mark_chips(run)).put("</h3>");
}

Html table_head(std::string_view caption, std::initializer_list<std::string_view> columns) {
  Html table;
  table.put("<div class=\"scroll\"><table class=\"stack tail\"><caption>").text(caption).put("</caption><thead><tr>");
  for (const std::string_view column : columns) {
    table.put("<th scope=\"col\">").text(column).put("</th>");
  }
  return table.put("</tr></thead><tbody>");
}

void put_cell(Html& row, std::string_view column, std::string_view text) {
  row.put("<td data-label=\"").text(column).put("\">").text(text).put("</td>");
}

void put_fact(Html& list, Markup name, std::string_view text) {
  list.put("<div><dt>").put(name).put("</dt><dd>").text(text).put("</dd></div>");
}

Html verdict_chips(const RunDocument& run) {
  Html chips;
  chips.put(run.valid ? Html().put("<span class=\"chip valid\">✓ ") : Html().put("<span class=\"chip invalid\">✗ "));
  chips.text(verdict_word(run)).put("</span>");
  chips.put(mark_chips(run));
  for (const DoseRecord& dose : run.interference) {
    chips.put(" <span class=\"chip load\">+ ").text(dose_label(dose));
    chips.text(dose.delivered ? "" : ", not as asked").put("</span>");
  }
  return chips;
}

Html reasons_list(const RunDocument& run) {
  Html list;
  list.put("<ul class=\"reasons\">");
  for (const InvalidReason& reason : run.invalid_reasons) {
    list.put("<li><strong>INVALID:</strong> ").text(reason.message);
    if (!reason.remedy.empty()) {
      list.put(" <span class=\"next\">Next: <code>").text(reason.remedy).put("</code></span>");
    }
    list.put("</li>");
  }
  return list.put("</ul>");
}

Html estimate_cell(const std::string& formatted, const EstimateRecord& estimate) {
  Html cell;
  if (!estimate.point) {
    cell.put(kNoPoint);
  } else {
    const auto bracket = formatted.find(" [");
    cell.put("<span class=\"value\">").text(formatted.substr(0, bracket)).put("</span>");
    if (bracket != std::string::npos) {
      cell.put("<span class=\"small range\">").text(formatted.substr(bracket + 1)).put("</span>");
      if (std::abs(estimate.confidence - kUsualConfidence) > 1e-9) {
        cell.put(small_line(fmt::format("at {}", format_percent(estimate.confidence))));
      }
    }
  }
  return estimate.reason.empty() ? cell : cell.put(small_line(estimate.reason));
}

Html overview_table(std::span<const RunDocument> runs, std::span<const std::string> labels) {
  Html table;
  table.put(
      "<div class=\"scroll\"><table class=\"stack\"><caption>Latency runs from the scheduled time to the answer. In "
      "brackets: the 95 % interval, unless it says otherwise.</caption><thead><tr>");
  for (const char* column :
       {"Run", "Headline", "P50", "P95", "P99", "Rate completed", "Lateness P99", "Output check"}) {
    table.put("<th scope=\"col\">").text(column).put("</th>");
  }
  table.put("</tr></thead><tbody>");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    overview_row(table, runs[i], labels[i], i + 1);
  }
  return table.put("</tbody></table></div>");
}

Html latency_table(const RunDocument& run) {
  const auto records = records_of(run);
  const auto keys = percentile_keys(records);
  Html table;
  table.put("<div class=\"scroll\"><table class=\"stack\"><thead><tr><th scope=\"col\">");
  const std::string mark = mark_of(run).before(" ");
  table.text(mark).put(mark.empty() ? Html().put("Time") : Html().put("time"));
  table.put("</th><th scope=\"col\">Count</th><th scope=\"col\">Mean</th>");
  for (const std::string& key : keys) {
    table.put("<th scope=\"col\">P").text(key.substr(1)).put("</th>");
  }
  table.put("<th scope=\"col\">Max</th></tr></thead><tbody>");
  for (const auto& [name, record] : records) {
    table.put("<tr><th scope=\"row\">").text(name).put("</th>");
    count_cell(table, *record);
    duration_cell(table, "Mean", record->mean_s);
    for (const std::string& key : keys) {
      percentile_cell(table, *record, key, true);
    }
    duration_cell(table, "Max", record->max_s);
    table.put("</tr>");
  }
  return table.put("</tbody></table></div>").put(missing_notes(records, keys));
}

}  // namespace assay
