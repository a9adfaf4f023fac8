#include "lab/import_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/gbench_summary.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestPrinted = 120;

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }
Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json row_json(const GbenchRow& row) {
  return {{"name", row.name},
          {"label", or_null(row.label)},
          {"time_basis", name_of(row.time)},
          {"repetitions", row.repetition_count},
          {"time",
           {{"point_s", or_null(row.time_s.point)},
            {"lower_s", or_null(row.time_s.lower)},
            {"upper_s", or_null(row.time_s.upper)},
            {"confidence", row.time_s.confidence},
            {"reason", or_null(row.time_s.reason)}}},
          {"counters", row.counters},
          {"error", or_null(row.error)}};
}

std::string counter_text(const std::string& name, double value) {
  if (name == "bytes_per_second" || name == "bytes/s") {
    return format_bandwidth(value);
  }
  if (name == "flop/s") {
    return format_flops_per_second(value);
  }
  return fmt::format("{} {:.4g}", printable(name, kLongestPrinted), value);
}

/// "12,345.6 us [12,300, 12,390]  9 times  cpu  6.10 GB/s"
std::string row_text(const GbenchRow& row, std::size_t name_width, Charset charset) {
  std::string text = fmt::format("{:<{}}  ", printable(row.name, kLongestPrinted), name_width);
  if (!row.error.empty()) {
    return text + "skipped: " + printable(row.error, kLongestPrinted) + "\n";
  }
  text += fmt::format("{:<28}  {:<11}", format_duration_estimate(row.time_s, charset), name_of(row.time));
  for (const auto& [name, value] : row.counters) {
    text += "  " + counter_text(name, value);
  }
  if (!row.time_s.reason.empty()) {
    text += "  (" + row.time_s.reason + ")";
  }
  return text + "\n";
}

std::string origin_text(const GbenchFile& file) {
  std::string text = fmt::format("{}, {}, {} CPUs", printable(file.program, kLongestPrinted),
                                 printable(file.date, kLongestPrinted), file.cpu_count);
  if (file.nominal_clock_hz > 0.0) {
    text += fmt::format(" of {:.0f} MHz (nominal)", file.nominal_clock_hz / 1e6);
  }
  if (!file.load_average.empty()) {
    text += ", load average";
    for (const double load : file.load_average) {
      text += fmt::format(" {:.2f}", load);
    }
  }
  return text + "\n";
}

}  // namespace

std::string gbench_json(const GbenchFile& file) {
  Json benchmarks = Json::array();
  for (const GbenchRow& row : gbench_rows(file)) {
    benchmarks.push_back(row_json(row));
  }
  const Json json{{"schema", "assay/bench/1"},
                  {"source",
                   {{"format", "google-benchmark"},
                    {"program", or_null(file.program)},
                    {"date", or_null(file.date)},
                    {"library_build_type", or_null(file.library_build_type)},
                    {"not_finite_count", file.not_finite_count}}},
                  {"machine",
                   {{"cpu_count", file.cpu_count},
                    {"nominal_clock_hz", file.nominal_clock_hz > 0.0 ? Json(file.nominal_clock_hz) : Json()},
                    {"cpu_scaling_enabled", file.cpu_scaling_enabled ? Json(*file.cpu_scaling_enabled) : Json()},
                    {"load_average", file.load_average}}},
                  {"context", file.context},
                  {"warnings", gbench_warnings(file)},
                  {"benchmarks", benchmarks}};
  return json.dump(2) + "\n";
}

std::string gbench_text(const GbenchFile& file, Charset charset) {
  const std::vector<GbenchRow> rows = gbench_rows(file);
  std::size_t name_width = 0;
  for (const GbenchRow& row : rows) {
    name_width = std::max(name_width, printable(row.name, kLongestPrinted).size());
  }
  std::string text = origin_text(file);
  text += fmt::format("{:<{}}  {:<28}  {:<11}  rates and counters\n", "benchmark", name_width,
                      "median time, 95 % interval", "clock");
  for (const GbenchRow& row : rows) {
    text += row_text(row, name_width, charset);
  }
  for (const std::string& warning : gbench_warnings(file)) {
    text += "note: " + warning + "\n";
  }
  return text;
}

}  // namespace assay
