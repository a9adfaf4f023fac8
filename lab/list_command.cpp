#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/gallery.hpp"
#include "analysis/report_sentences.hpp"
#include "analysis/report_text.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_mark.hpp"
#include "kernels/gpu/gpu_catalogue.hpp"
#include "lab/bundle_scan.hpp"
#include "lab/info_commands.hpp"
#include "lab/json_output.hpp"
#include "lab/run_files.hpp"
#include "scenarios/datasheets.hpp"
#include "scenarios/shipped_envelopes.hpp"
#include "scenarios/suite_definition.hpp"
#include "scenarios/system_envelope.hpp"
#include "scenarios/track_definition.hpp"
#include "scenarios/workload.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

/// One line of a list: a name, what it is, and lines below it.
struct Row {
  std::string name;
  std::string meaning;
  std::vector<std::string> details;
};

std::vector<Row> workload_rows() {
  std::vector<Row> rows;
  const auto add = [&rows](const std::string& name, const std::string& meaning,
                           const std::vector<KernelParameter>& parameters) {
    Row row{.name = name, .meaning = meaning};
    for (const KernelParameter& parameter : parameters) {
      row.details.push_back(
          fmt::format("--param {}={}  {}", parameter.name, parameter.default_value, parameter.meaning));
    }
    rows.push_back(std::move(row));
  };
  for (const WorkloadEntry& entry : workload_catalogue()) {
    add(entry.name, entry.summary, entry.parameters);
  }
  for (const KernelEntry& entry : gpu_kernel_catalogue()) {
    add(entry.name, entry.summary, entry.parameters);
  }
  rows.push_back({.name = "lib:FILE", .meaning = "your own: a shared library behind assay_workload.h"});
  rows.push_back({.name = "cmd:PROGRAM ARGUMENTS", .meaning = "your own: a process that answers a line with a line"});
  return rows;
}

std::vector<Row> track_rows() {
  std::vector<Row> rows;
  for (const std::string& name : shipped_track_names()) {
    const TrackDefinition track = find_track(name);
    rows.push_back({.name = name,
                    .meaning = fmt::format("{}: {}. {}", track.title, track.north_star, track.crisis),
                    .details = {fmt::format("for the {}; workload {}, window {}", track.stakeholder, track.workload,
                                            track.window)}});
  }
  return rows;
}

/// "f16 989 T/s, f32 67.0 T/s; 3,350 GB/s; 700 W; $30,000"
std::string datasheet_figures(const Datasheet& sheet) {
  std::string text;
  for (const auto& [dtype, peak] : sheet.peak_per_s) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", dtype, format_quantity(peak, "op/s"));
  }
  if (sheet.bandwidth_bytes_per_s) {
    text += "; " + format_bandwidth(*sheet.bandwidth_bytes_per_s);
  }
  if (sheet.power_w) {
    text += fmt::format("; {:g} W", *sheet.power_w);
  }
  if (sheet.price_usd) {
    text += fmt::format("; {:g}{} $ ({})", *sheet.price_usd,
                        sheet.price_usd_most ? fmt::format(" to {:g}", *sheet.price_usd_most) : "", sheet.price_source);
  }
  return text;
}

std::vector<Row> datasheet_rows() {
  std::vector<Row> rows;
  for (const Datasheet& sheet : shipped_datasheets()) {
    Row row{.name = sheet.id, .meaning = sheet.title, .details = {datasheet_figures(sheet)}};
    row.details.push_back(fmt::format("datasheet, not measured: {}, announced {}", sheet.source, sheet.announced));
    if (!sheet.note.empty()) {
      row.details.push_back(sheet.note);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Row> suite_rows() {
  std::vector<Row> rows;
  for (const std::string& name : shipped_suite_names()) {
    const SuiteDefinition suite = find_suite(name);
    Row row{.name = name, .meaning = suite.title, .details = {}};
    for (const SuiteStepDefinition& step : suite.steps) {
      row.details.push_back(fmt::format("{} x {}: {}", step.repeat, step.id, step.title));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Row> envelope_rows() {
  std::vector<Row> rows;
  for (const std::string& name : shipped_system_envelope_names()) {
    const SystemEnvelope envelope = find_system_envelope(name);
    std::string parts;
    for (const auto& [key, value] : {std::pair{"cpus", envelope.cpus}, std::pair{"simd", envelope.simd},
                                     std::pair{"stream", envelope.stream}, std::pair{"pages", envelope.pages}}) {
      parts += value.empty() ? "" : fmt::format("{}{} {}", parts.empty() ? "" : ", ", key, value);
    }
    rows.push_back({.name = name, .meaning = envelope.title, .details = {"--envelope takes away: " + parts}});
  }
  for (const std::string& name : shipped_envelope_names()) {
    rows.push_back({.name = name,
                    .meaning = "a device that heats up, for --emulate-envelope: EMULATED",
                    .details = {find_thermal_envelope(name).source}});
  }
  return rows;
}

std::vector<Row> scenario_rows() {
  return {{.name = "single", .meaning = "SingleStream: the next query follows the answer; result: P90 latency"},
          {.name = "multi", .meaning = "MultiStream: queries of 8 samples, one after the other; result: P99 latency"},
          {.name = "server", .meaning = "Server: queries arrive at random; result: queries/s within the window"},
          {.name = "offline", .meaning = "Offline: all samples at once; result: samples/s"}};
}

std::vector<Row> arrival_rows() {
  return {{.name = "poisson", .meaning = "independent arrivals, as MLPerf's Server has them"},
          {.name = "constant", .meaning = "equal gaps"},
          {.name = "gamma:K", .meaning = "gamma-distributed gaps: bursts for K below 1, e.g. gamma:0.5"},
          {.name = "mmpp:RATIO[:CALM:BURST]", .meaning = "calm and burst phases, e.g. mmpp:10:900ms:100ms"},
          {.name = "step:AT:FACTOR", .meaning = "Poisson whose rate jumps, e.g. step:5s:2"},
          {.name = "ramp:OVER:FACTOR", .meaning = "Poisson whose rate grows, e.g. ramp:10s:2"},
          {.name = "trace:FILE[:SPEED]", .meaning = "replays recorded arrival times; --rate rescales it"},
          {.name = "cameras:KxFPS[:PHASE]",
           .meaning = "K cameras, FPS frames a second each, aligned, staggered or random, e.g. cameras:8x30:aligned"}};
}

std::vector<Row> law_rows() {
  return {{.name = "constant", .meaning = "always --mean"},
          {.name = "exponential", .meaning = "of mean --mean: a memoryless server"},
          {.name = "lognormal", .meaning = "--mean and --sd: a long tail, as most real services have it"},
          {.name = "gamma", .meaning = "--mean and --sd: a lighter tail"},
          {.name = "bimodal", .meaning = "--mean and --sd: 1 in 20 takes the slow path"}};
}

std::vector<Row> run_rows(const std::string& folder, Console& console) {
  std::vector<std::string> refused;
  std::vector<Row> rows;
  for (const LoadedRun& loaded : load_runs({folder}, refused)) {
    const RunDocument& run = loaded.run;
    const std::string line = fmt::format("{}  {}  {}  {}{}{}", run.created, workload_title(run), scenario_title(run),
                                         mark_of(run).before("  "), verdict_word(run),
                                         run.hash_matches ? "" : ", changed after it was written");
    rows.push_back({.name = loaded.path, .meaning = printable_text(line, console.text_style().charset)});
  }
  for (const std::string& reason : refused) {
    console.warning("left out: " + reason);
  }
  return rows;
}

/// Every machine that a bundle of the folder is of, with what it has delivered.
std::vector<Row> machine_rows(const std::string& folder, Console& console) {
  ResultIndex index(cache_folder(), [&console](const std::string& line) { console.note(line); });
  BundleScan scan = scan_bundles(folder, index);
  for (const RefusedBundle& refused : scan.refused) {
    console.warning(fmt::format("left out: {}: {}", refused.place, refused.reason));
  }
  const Gallery gallery = make_gallery(std::move(scan.bundles), {});
  const Charset charset = console.text_style().charset;
  std::vector<Row> rows;
  for (const GalleryGroup& group : gallery.groups) {
    for (const GalleryNode& node : group.nodes) {
      const BundleSummary& summary = node.bundle.summary;
      const std::string line = fmt::format("{}  {}  {}  {}  {}", summary.created, group.subject, node_state(node),
                                           summary.machine, summary.identity.machine_class);
      rows.push_back(
          {.name = printable_text(summary.identity.label, charset), .meaning = printable_text(line, charset)});
    }
  }
  for (const std::string& warning : gallery.warnings) {
    console.warning(warning);
  }
  return rows;
}

std::vector<Row> rows_of(const ListCommandOptions& options, Console& console) {
  if (options.what == "workloads") {
    return workload_rows();
  }
  if (options.what == "scenarios") {
    return scenario_rows();
  }
  if (options.what == "tracks") {
    return track_rows();
  }
  if (options.what == "suites") {
    return suite_rows();
  }
  if (options.what == "envelopes") {
    return envelope_rows();
  }
  if (options.what == "datasheets") {
    return datasheet_rows();
  }
  if (options.what == "arrivals") {
    return arrival_rows();
  }
  if (options.what == "laws") {
    return law_rows();
  }
  if (options.what == "runs") {
    return run_rows(options.folder, console);
  }
  if (options.what == "machines") {
    return machine_rows(options.folder, console);
  }
  throw CommandError(ExitCode::usage, fmt::format("list '{}': known are {}", options.what, kListed));
}

std::string rows_text(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const Row& row : rows) {
    width = std::max(width, row.name.size());
  }
  std::string text;
  for (const Row& row : rows) {
    text += fmt::format("{:<{}}  {}\n", row.name, width, row.meaning);
    for (const std::string& detail : row.details) {
      text += fmt::format("{:<{}}    {}\n", "", width, detail);
    }
  }
  return text;
}

std::string rows_json(const std::string& what, const std::vector<Row>& rows) {
  Json entries = Json::array();
  for (const Row& row : rows) {
    entries.push_back({{"name", row.name}, {"meaning", row.meaning}, {"details", row.details}});
  }
  return Json{{"schema", "assay/list/1"}, {"what", what}, {"entries", entries}}.dump(2) + "\n";
}

}  // namespace

ExitCode list_command(const ListCommandOptions& options) {
  Console console(options.console);
  const std::vector<Row> rows = rows_of(options, console);
  write_json(options.json, rows_json(options.what, rows), console);
  if (options.json != "-") {
    console.result(rows_text(rows));
  }
  return ExitCode::ok;
}

}  // namespace assay
