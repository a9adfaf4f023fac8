#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/bundle_file.hpp"
#include "analysis/json_values.hpp"
#include "analysis/machine_json.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_file_pretty.hpp"
#include "analysis/tool_json.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {

using nlohmann::ordered_json;

namespace {

ordered_json figures_json(const std::vector<EntryFigure>& figures) {
  ordered_json json = ordered_json::array();
  for (const EntryFigure& figure : figures) {
    ordered_json one{{"name", figure.name}, {"unit", figure.unit}};
    one.update(estimate_json(figure.estimate, ""));
    json.push_back(std::move(one));
  }
  return json;
}

ordered_json entry_json(const BundleEntry& entry) {
  return {{"step", entry.step},
          {"title", entry.title},
          {"kind", entry.kind},
          {"repeat", entry.repeat},
          {"file", entry.file},
          {"sha256", entry.sha256},
          {"comparability_key", json_text_or_null(entry.comparability_key)},
          {"scenario", json_text_or_null(entry.scenario)},
          {"command", entry.command},
          {"valid", entry.valid},
          {"interrupted", entry.interrupted},
          {"invalid_codes", entry.invalid_codes},
          {"figures", figures_json(entry.figures)}};
}

SystemKind read_kind(const Field& field) {
  const std::string name = field.text();
  for (const SystemKind kind : {SystemKind::measured, SystemKind::envelope, SystemKind::datasheet}) {
    if (name == name_of(kind)) {
      return kind;
    }
  }
  field.fail("measured, envelope or datasheet");
}

/// Whoever packs a bundle chooses its paths: they must stay within it.
std::string read_path(const Field& field) {
  std::string text = field.text();
  const std::filesystem::path path(text);
  bool leaves = path.empty() || path.is_absolute() || text.find('\\') != std::string::npos ||
                text.find('\0') != std::string::npos;
  for (const std::filesystem::path& part : path) {
    leaves = leaves || part == ".." || part == "." || part.empty();
  }
  if (leaves) {
    field.fail("the path of a file within the bundle");
  }
  return text;
}

std::vector<EntryFigure> read_figures(const Field& field) {
  std::vector<EntryFigure> figures;
  if (field.absent()) {
    return figures;
  }
  for (const Field& figure : field.elements()) {
    figures.push_back({.name = figure.member("name").text(),
                       .unit = figure.member("unit").text(),
                       .estimate = read_estimate(figure, "")});
  }
  if (figures.size() > kMostEntryFigures) {
    field.fail("at most 64 figures");
  }
  return figures;
}

BundleEntry read_entry(const Field& field) {
  BundleEntry entry{.step = field.member("step").text(),
                    .title = field.member("title").text(),
                    .kind = field.member("kind").text(),
                    .repeat = field.member("repeat").count(),
                    .file = read_path(field.member("file")),
                    .sha256 = field.member("sha256").text(),
                    .comparability_key = field.member("comparability_key").text_or_empty(),
                    .scenario = field.member("scenario").text_or_empty(),
                    .command = field.member("command").text(),
                    .valid = field.member("valid").boolean(),
                    .interrupted = field.member("interrupted").boolean(),
                    .invalid_codes = field.member("invalid_codes").texts(),
                    .figures = read_figures(field.member("figures"))};
  return entry;
}

}  // namespace

std::string name_of(SystemKind kind) {
  constexpr std::array kNames{"measured", "envelope", "datasheet"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string bundle_json(const BundleRecord& record) {
  ordered_json entries = ordered_json::array();
  for (const BundleEntry& entry : record.entries) {
    entries.push_back(entry_json(entry));
  }
  ordered_json gaps = ordered_json::array();
  for (const BundleGap& gap : record.gaps) {
    gaps.push_back({{"step", gap.step}, {"reason", gap.reason}});
  }
  ordered_json json{{"schema", kBundleSchema},
                    {"id", record.id},
                    {"created", record.created},
                    {"supersedes", json_text_or_null(record.supersedes)},
                    {"suite", {{"name", record.suite}, {"sha256", record.suite_sha256}, {"title", record.title}}},
                    {"track", json_text_or_null(record.track)},
                    {"lighthouse_step", json_text_or_null(record.lighthouse_step)},
                    {"metric", json_text_or_null(record.metric)},
                    {"system", {{"kind", name_of(record.system)}, {"limits", limits_json(record.limits)}}},
                    {"machine", machine_json(record.machine, record.identity)},
                    {"tool", tool_json(record.tool, kBuildOfDocument)},
                    {"calibration", calibration_json(record.calibration)},
                    {"duration_s", json_number(record.duration_s)},
                    {"complete", record.complete},
                    {"interrupted", record.interrupted},
                    {"entries", entries},
                    {"gaps", gaps},
                    {"notes", record.notes}};
  // Through the text, so that the hash is that of what a reader sees (invalid UTF-8 is replaced in it).
  json["hash"] = content_hash(pretty_json(json));
  return pretty_json(json);
}

BundleRecord bundle_from_json(std::string_view text, std::string_view source_name) {
  const nlohmann::json json = parse_untrusted_json(text, source_name, "a bundle");
  const Field root(source_name, json);
  if (root.member("schema").text() != kBundleSchema) {
    root.member("schema").fail(std::string(kBundleSchema));
  }
  BundleRecord record;
  record.id = root.member("id").text();
  record.created = root.member("created").text();
  record.supersedes = root.member("supersedes").text_or_empty();
  record.suite = root.member("suite").member("name").text();
  record.suite_sha256 = root.member("suite").member("sha256").text();
  record.title = root.member("suite").member("title").text();
  record.track = root.member("track").text_or_empty();
  record.lighthouse_step = root.member("lighthouse_step").text_or_empty();
  record.metric = root.member("metric").text_or_empty();
  record.system = read_kind(root.member("system").member("kind"));
  record.limits = read_limits(root.member("system").member("limits"));
  read_machine(root.member("machine"), record.machine, record.identity);
  record.tool = read_tool(root.member("tool"), kBuildOfDocument);
  record.calibration = read_calibration(root.member("calibration"));
  record.duration_s = root.member("duration_s").non_negative();
  record.complete = root.member("complete").boolean();
  record.interrupted = root.member("interrupted").boolean();
  const std::vector<Field> entries = root.member("entries").elements();
  if (entries.size() > kMostBundleEntries) {
    root.member("entries").fail("at most 4096 files");
  }
  for (const Field& entry : entries) {
    record.entries.push_back(read_entry(entry));
  }
  for (const Field& gap : root.member("gaps").elements()) {
    record.gaps.push_back({.step = gap.member("step").text(), .reason = gap.member("reason").text()});
  }
  record.notes = root.member("notes").texts();
  record.stored_hash = root.member("hash").text_or_empty();
  record.hash_matches = record.stored_hash == content_hash(text);
  return record;
}

}  // namespace assay
