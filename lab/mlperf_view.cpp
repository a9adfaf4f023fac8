#include "lab/mlperf_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"
#include "analysis/run_file_field.hpp"
#include "harness/file_source.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestValue = 200;
constexpr const char* kNoInterval =
    "the logs hold no single latencies, so no interval follows; import is for reading, not for comparing";

std::string shown(const std::string& text) {
  return text.empty() ? "not in the log" : printable(trimmed(text), kLongestValue);
}

std::string verdict(const MlperfLog& log) {
  return !log.valid   ? "no verdict: the log ends before it"
         : *log.valid ? "VALID, as the log says"
                      : "INVALID, as the log says";
}

std::string headline(const MlperfLog& log, Charset charset) {
  if (!log.headline) {
    return "not in the log";
  }
  const std::string value = log.headline_unit == "s" ? format_duration(*log.headline, charset)
                                                     : format_rate(*log.headline, log.headline_unit);
  return fmt::format("{}, {}", value, log.headline_name);
}

/// What a careful reader should know.
std::vector<std::string> notes(const MlperfImport& import) {
  const MlperfLog& log = import.log;
  std::vector<std::string> lines = import.disagreements;
  if (log.skipped_count > 0) {
    lines.push_back(fmt::format(
        "{} {} no JSON (LoadGen does not escape its texts), the first is line {}: passed over", log.skipped_count,
        log.skipped_count == 1 ? "line with the marker is" : "lines with the marker are", log.first_skipped));
  }
  if (log.error_count > 0) {
    lines.push_back(fmt::format("LoadGen reported {} {}; it may still say VALID", log.error_count,
                                log.error_count == 1 ? "error" : "errors"));
  }
  if (!log.valid) {
    lines.emplace_back("the run did not end as it should: no result_validity in the log");
  }
  if (!log.from_detail) {
    lines.emplace_back("only the summary was read: the detail log holds more");
  }
  return lines;
}

}  // namespace

std::string mlperf_json(const MlperfImport& import) {
  const MlperfLog& log = import.log;
  Json times = Json::array();
  for (const MlperfTime& time : log.times) {
    times.push_back(
        {{"quantity", time.quantity}, {"statistic", time.statistic}, {"value_s", json_number(time.value_s)}});
  }
  const Json json{{"schema", "assay/import/1"},
                  {"source",
                   {{"format", "mlperf"},
                    {"files", import.files},
                    {"loadgen_version", json_text_or_null(log.loadgen_version)},
                    {"message_count", log.message_count},
                    {"skipped_count", log.skipped_count}}},
                  {"system_under_test", json_text_or_null(log.system_under_test)},
                  {"scenario", json_text_or_null(log.scenario)},
                  {"mode", json_text_or_null(log.mode)},
                  {"target_rate_hz", json_number(log.target_rate_hz)},
                  {"target_latency_s", json_number(log.target_latency_s)},
                  {"min_duration_s", json_number(log.min_duration_s)},
                  {"result",
                   {{"valid", log.valid ? Json(*log.valid) : Json()},
                    {"invalid_reason", json_text_or_null(log.invalid_reason)},
                    {"early_stopping", json_text_or_null(log.early_stopping)},
                    {"query_count", json_count(log.query_count)},
                    {"error_count", log.error_count},
                    {"warning_count", log.warning_count},
                    {"metric",
                     {{"name", json_text_or_null(log.headline_name)},
                      {"unit", json_text_or_null(log.headline_unit)},
                      {"point", json_number(log.headline)},
                      {"lower", nullptr},
                      {"upper", nullptr},
                      {"reason", kNoInterval}}},
                    {"times", times}}},
                  {"notes", notes(import)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string mlperf_text(const MlperfImport& import, Charset charset) {
  const MlperfLog& log = import.log;
  std::string text = fmt::format("{}, {}: {}\n", shown(log.scenario), shown(log.mode), verdict(log));
  const auto line = [&text](const char* name, const std::string& value) {
    text += fmt::format("  {:<16} {}\n", name, value);
  };
  if (!log.invalid_reason.empty()) {
    line("reason", shown(log.invalid_reason));
  }
  line("result", headline(log, charset));
  line("system", shown(log.system_under_test));
  if (log.query_count) {
    line("queries", format_count(*log.query_count));
  }
  if (log.target_rate_hz && log.scenario == "Server") {
    line("rate asked", format_rate(*log.target_rate_hz, "queries/s"));
  }
  if (log.target_latency_s && log.scenario == "Server") {
    line("window", format_duration(*log.target_latency_s, charset));
  }
  if (!log.early_stopping.empty()) {
    line("early stopping", shown(log.early_stopping));
  }
  for (const MlperfTime& time : log.times) {
    line(time.quantity.c_str(), fmt::format("{:<6} {}", time.statistic, format_duration(time.value_s, charset)));
  }
  text += fmt::format("intervals: not available: {}\n", kNoInterval);
  for (const std::string& note : notes(import)) {
    text += fmt::format("note: {}\n", note);
  }
  return text;
}

}  // namespace assay
