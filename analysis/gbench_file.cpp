#include "analysis/gbench_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/run_file_field.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {

namespace {

using nlohmann::json;

/// What an entry of "benchmarks" holds besides counters, in all versions from 1.4 to 1.9.
constexpr std::array<std::string_view, 16> kNoCounters{"family_index",
                                                       "per_family_instance_index",
                                                       "repetitions",
                                                       "repetition_index",
                                                       "threads",
                                                       "iterations",
                                                       "real_time",
                                                       "cpu_time",
                                                       "allocs_per_iter",
                                                       "max_bytes_used",
                                                       "net_heap_growth",
                                                       "total_allocated_bytes",
                                                       "cpu_coefficient",
                                                       "real_coefficient",
                                                       "rms",
                                                       "error_occurred"};

/// What the context holds besides what the program added.
constexpr std::array<std::string_view, 12> kOwnContext{
    "date",         "host_name", "executable", "num_cpus",           "mhz_per_cpu",     "cpu_scaling_enabled",
    "aslr_enabled", "caches",    "load_avg",   "library_build_type", "library_version", "json_schema_version"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string last_part(const std::string& path) { return path.substr(path.find_last_of("/\\") + 1); }

/// Seconds in one `time_unit`.
double unit_s(const Field& field) {
  const std::string unit = field.text();
  constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
      {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}}};
  const auto* const known = std::ranges::find(kUnits, unit, &std::pair<std::string_view, double>::first);
  if (known == kUnits.end()) {
    field.fail("\"ns\", \"us\", \"ms\" or \"s\"");
  }
  return known->second;
}

GbenchTime time_of(const std::string& name) {
  const auto has = [&name](std::string_view part) { return (name + "/").find(part) != std::string::npos; };
  if (has("/manual_time/")) {
    return GbenchTime::manual;
  }
  if (has("/real_time/")) {
    return GbenchTime::real;
  }
  return has("/process_time/") ? GbenchTime::process_cpu : GbenchTime::cpu;
}

std::optional<double> time_s(const Field& field, double unit) {
  if (field.absent()) {
    return std::nullopt;
  }
  return field.non_negative() * unit;
}

GbenchRun read_run(const Field& entry) {
  const double unit = unit_s(entry.member("time_unit"));
  GbenchRun run{.iterations = entry.member("iterations").count(),
                .real_time_s = time_s(entry.member("real_time"), unit),
                .cpu_time_s = time_s(entry.member("cpu_time"), unit)};
  for (const auto& [key, value] : entry.members()) {
    if (!contains(kNoCounters, key) && value.is_number()) {
      run.counters[key] = value.number();
    }
  }
  return run;
}

/// "error_occurred" with a message up to 1.8, "skipped" since.
std::string error_of(const Field& entry) {
  if (const Field occurred = entry.member("error_occurred"); !occurred.absent() && occurred.boolean()) {
    return entry.member("error_message").text_or_empty() + " ";
  }
  if (!entry.member("skipped").absent()) {
    return entry.member("skip_message").text_or_empty() + " ";
  }
  return "";
}

GbenchBenchmark& benchmark_of(GbenchFile& file, std::map<std::string, std::size_t>& places, const Field& entry) {
  const Field run_name = entry.member("run_name");
  const std::string name = run_name.absent() ? entry.member("name").text() : run_name.text();
  const auto [place, is_new] = places.emplace(name, file.benchmarks.size());
  if (is_new) {
    file.benchmarks.push_back({.name = name, .time = time_of(name), .threads = entry.member("threads").count_or(1)});
  }
  return file.benchmarks[place->second];
}

void read_entry(GbenchFile& file, std::map<std::string, std::size_t>& places, const Field& entry) {
  GbenchBenchmark& benchmark = benchmark_of(file, places, entry);
  if (benchmark.label.empty()) {
    benchmark.label = entry.member("label").text_or_empty();
  }
  if (entry.member("run_type").text_or_empty() == "aggregate") {
    if (entry.member("aggregate_name").text_or_empty() == "median") {
      benchmark.median = read_run(entry);
    }
    return;
  }
  if (std::string error = error_of(entry); !error.empty()) {
    error.pop_back();
    benchmark.error = error.empty() ? "no reason is given" : error;
    return;
  }
  benchmark.repetitions.push_back(read_run(entry));
}

void read_context(const Field& context, GbenchFile& file) {
  file.date = context.member("date").text_or_empty();
  file.program = last_part(context.member("executable").text_or_empty());
  file.library_build_type = context.member("library_build_type").text_or_empty();
  file.cpu_count = context.member("num_cpus").count_or(0);
  const Field clock = context.member("mhz_per_cpu");
  file.nominal_clock_hz = clock.absent() ? 0.0 : clock.non_negative() * 1e6;
  const Field scaling = context.member("cpu_scaling_enabled");
  file.cpu_scaling_enabled = scaling.absent() ? std::nullopt : std::optional(scaling.boolean());
  const Field load = context.member("load_avg");
  if (!load.absent()) {
    for (const Field& value : load.elements()) {
      file.load_average.push_back(value.non_negative());
    }
  }
  for (const auto& [key, value] : context.members()) {
    if (!contains(kOwnContext, key) && value.is_text()) {
      file.context[key] = value.text();
    }
  }
}

}  // namespace

const char* name_of(GbenchTime time) {
  switch (time) {
    case GbenchTime::cpu:
      return "cpu";
    case GbenchTime::process_cpu:
      return "process_cpu";
    case GbenchTime::real:
      return "real";
    case GbenchTime::manual:
      return "manual";
  }
  return "";
}

FiniteText with_null_for_not_finite(std::string_view text) {
  constexpr std::array<std::string_view, 4> kNotFinite{"-NaN", "NaN", "-Infinity", "Infinity"};
  FiniteText result;
  result.text.reserve(text.size());
  bool quoted = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto* const found = std::ranges::find_if(
        kNotFinite, [&](std::string_view word) { return !quoted && text.substr(i).starts_with(word); });
    if (found != kNotFinite.end()) {
      result.text += "null";
      ++result.replaced_count;
      i += found->size();
      continue;
    }
    if (quoted && text[i] == '\\' && i + 1 < text.size()) {
      result.text += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    }
    result.text += text[i++];
  }
  return result;
}

GbenchFile gbench_file_from_json(std::string_view text, std::string_view source_name) {
  constexpr std::string_view kWhat = "a result file of Google Benchmark";
  if (text.size() > kLargestUntrustedFile) {
    throw std::runtime_error(
        fmt::format("{}: {} bytes; {} has at most {}", source_name, text.size(), kWhat, kLargestUntrustedFile));
  }
  const FiniteText finite = with_null_for_not_finite(text);
  const json root = parse_untrusted_json(finite.text, source_name, kWhat);
  const Field field(source_name, root);
  GbenchFile file;
  file.not_finite_count = finite.replaced_count;
  read_context(field.member("context"), file);
  std::map<std::string, std::size_t> places;
  for (const Field& entry : field.member("benchmarks").elements()) {
    read_entry(file, places, entry);
  }
  return file;
}

GbenchFile read_gbench_file(const std::filesystem::path& path) {
  return gbench_file_from_json(read_untrusted_file(path), path.string());
}

}  // namespace assay
