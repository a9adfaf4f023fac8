#include "analysis/bundle_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/format.hpp"
#include "analysis/json_values.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {

using nlohmann::ordered_json;

namespace {

std::string machine_text(const Machine& machine) {
  return fmt::format("{}, {} {}, {}, {}", machine.cpu_model.empty() ? "unknown CPU" : machine.cpu_model,
                     machine.core_count, machine.core_count == 1 ? "core" : "cores",
                     format_bytes(machine.memory_total.count), machine.operating_system);
}

// A bundle of 16 MiB may consist of one text. What a view of many shows has room for less.
constexpr std::size_t kLongestText = 200;
constexpr std::size_t kMostGaps = 64;
constexpr std::size_t kMostCodes = 8;

void clip(std::string& text) {
  if (text.size() > kLongestText) {
    text.resize(kLongestText);
    text += "…";
  }
}

void clip(BundleEntry& entry) {
  entry.title.clear();
  entry.sha256.clear();
  entry.command.clear();
  entry.invalid_codes.resize(std::min(entry.invalid_codes.size(), kMostCodes));
  for (std::string* const text : {&entry.step, &entry.kind, &entry.comparability_key, &entry.scenario}) {
    clip(*text);
  }
  for (std::string& code : entry.invalid_codes) {
    clip(code);
  }
  for (EntryFigure& figure : entry.figures) {
    clip(figure.name);
    clip(figure.unit);
    clip(figure.estimate.reason);
  }
}

void clip(BundleSummary& summary) {
  for (std::string* const text : {&summary.id, &summary.created, &summary.supersedes, &summary.suite,
                                  &summary.suite_sha256, &summary.limits, &summary.identity.label, &summary.identity.id,
                                  &summary.identity.machine_class, &summary.machine, &summary.tool}) {
    clip(*text);
  }
  for (BundleEntry& entry : summary.entries) {
    clip(entry);
  }
  summary.gaps.resize(std::min(summary.gaps.size(), kMostGaps));
  for (BundleGap& gap : summary.gaps) {
    clip(gap.step);
    clip(gap.reason);
  }
}

// Arrays instead of objects: this is read ten thousand times over.

ordered_json figure_json(const EntryFigure& figure) {
  return {figure.name,
          figure.unit,
          json_number(figure.estimate.point),
          json_number(figure.estimate.lower),
          json_number(figure.estimate.upper),
          json_number(figure.estimate.confidence),
          figure.estimate.reason};
}

EntryFigure read_figure(const Field& field) {
  const std::vector<Field> parts = field.elements();
  if (parts.size() != 7) {
    field.fail("seven parts of a figure");
  }
  return {.name = parts[0].text(),
          .unit = parts[1].text(),
          .estimate = {.point = parts[2].optional_number(),
                       .lower = parts[3].optional_number(),
                       .upper = parts[4].optional_number(),
                       .confidence = parts[5].number(),
                       .reason = parts[6].text()}};
}

ordered_json summary_entry_json(const BundleEntry& entry) {
  ordered_json figures = ordered_json::array();
  for (const EntryFigure& figure : entry.figures) {
    figures.push_back(figure_json(figure));
  }
  return {entry.step,     entry.kind,  entry.repeat,      entry.file,          entry.comparability_key,
          entry.scenario, entry.valid, entry.interrupted, entry.invalid_codes, figures};
}

BundleEntry read_summary_entry(const Field& field) {
  const std::vector<Field> parts = field.elements();
  if (parts.size() != 10) {
    field.fail("ten parts of an entry");
  }
  BundleEntry entry;
  entry.step = parts[0].text();
  entry.kind = parts[1].text();
  entry.repeat = parts[2].count();
  entry.file = parts[3].text();
  entry.comparability_key = parts[4].text();
  entry.scenario = parts[5].text();
  entry.valid = parts[6].boolean();
  entry.interrupted = parts[7].boolean();
  entry.invalid_codes = parts[8].texts();
  for (const Field& figure : parts[9].elements()) {
    entry.figures.push_back(read_figure(figure));
  }
  return entry;
}

}  // namespace

bool BundleSummary::sound() const {
  return complete && !interrupted && hash_matches &&
         std::ranges::all_of(entries, [](const BundleEntry& entry) { return entry.valid && !entry.interrupted; });
}

BundleSummary summary_of(const BundleRecord& record) {
  BundleSummary summary{.id = record.id,
                        .created = record.created,
                        .supersedes = record.supersedes,
                        .suite = record.suite,
                        .suite_sha256 = record.suite_sha256,
                        .system = record.system,
                        .limits = limits_text(record.limits),
                        .identity = record.identity,
                        .machine = machine_text(record.machine),
                        .tool = fmt::format("{} ({})", record.tool.version, record.tool.revision),
                        .complete = record.complete,
                        .interrupted = record.interrupted,
                        .hash_matches = record.hash_matches,
                        .entries = record.entries,
                        .gaps = record.gaps};
  clip(summary);
  return summary;
}

std::string summary_json(const BundleSummary& summary) {
  ordered_json entries = ordered_json::array();
  for (const BundleEntry& entry : summary.entries) {
    entries.push_back(summary_entry_json(entry));
  }
  ordered_json gaps = ordered_json::array();
  for (const BundleGap& gap : summary.gaps) {
    gaps.push_back({gap.step, gap.reason});
  }
  const ordered_json json{{"id", summary.id},
                          {"created", summary.created},
                          {"supersedes", summary.supersedes},
                          {"suite", summary.suite},
                          {"suite_sha256", summary.suite_sha256},
                          {"system", static_cast<int>(summary.system)},
                          {"limits", summary.limits},
                          {"label", summary.identity.label},
                          {"machine_id", summary.identity.id},
                          {"class", summary.identity.machine_class},
                          {"machine", summary.machine},
                          {"tool", summary.tool},
                          {"complete", summary.complete},
                          {"interrupted", summary.interrupted},
                          {"hash_matches", summary.hash_matches},
                          {"entries", entries},
                          {"gaps", gaps}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

BundleSummary summary_from_json(std::string_view text) {
  const nlohmann::json json = parse_untrusted_json(text, "index", "a summary");
  const Field root("index", json);
  BundleSummary summary;
  summary.id = root.member("id").text();
  summary.created = root.member("created").text();
  summary.supersedes = root.member("supersedes").text();
  summary.suite = root.member("suite").text();
  summary.suite_sha256 = root.member("suite_sha256").text();
  const int system = root.member("system").small_integer();
  if (system < 0 || system > static_cast<int>(SystemKind::datasheet)) {
    root.member("system").fail("a kind of system");
  }
  summary.system = static_cast<SystemKind>(system);
  summary.limits = root.member("limits").text();
  summary.identity.label = root.member("label").text();
  summary.identity.id = root.member("machine_id").text();
  summary.identity.machine_class = root.member("class").text();
  summary.machine = root.member("machine").text();
  summary.tool = root.member("tool").text();
  summary.complete = root.member("complete").boolean();
  summary.interrupted = root.member("interrupted").boolean();
  summary.hash_matches = root.member("hash_matches").boolean();
  for (const Field& entry : root.member("entries").elements()) {
    summary.entries.push_back(read_summary_entry(entry));
  }
  for (const Field& gap : root.member("gaps").elements()) {
    const std::vector<std::string> parts = gap.texts();
    if (parts.size() != 2) {
      gap.fail("a step and a reason");
    }
    summary.gaps.push_back({.step = parts[0], .reason = parts[1]});
  }
  return summary;
}

}  // namespace assay
