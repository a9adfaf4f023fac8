#include "lab/flow/lab_export.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "analysis/json_values.hpp"
#include "analysis/run_file_pretty.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/digest.hpp"
#include "lab/flow/lab_state_json.hpp"
#include "lab/flow/run_attachments.hpp"
#include "lab/json_output.hpp"
#include "lab/version.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

ordered_json part_json(const LabState& state, std::size_t number) {
  const FlowPart& part = state.part(number);
  ordered_json questions = ordered_json::array();
  for (const FlowQuestion& question : part.questions) {
    ordered_json json = lab_question_json(state, number, question);
    json["unit"] = question.is_number() ? ordered_json(question.unit) : ordered_json(nullptr);
    questions.push_back(std::move(json));
  }
  ordered_json reflections = ordered_json::array();
  for (const FlowOption& asked : part.reflections) {
    reflections.push_back(
        {{"id", asked.id}, {"text", asked.text}, {"answer", json_text_or_null(state.reflection(number, asked.id))}});
  }
  ordered_json json{{"number", number}, {"title", part.title}, {"questions", questions}, {"reflections", reflections}};
  json.update(lab_part_evidence_json(state, number));
  return json;
}

ordered_json ledger_json(const std::vector<LedgerEntry>& entries) {
  ordered_json lines = ordered_json::array();
  for (const LedgerEntry& entry : entries) {
    lines.push_back(ordered_json::parse(ledger_line(entry)));
  }
  return lines;
}

}  // namespace

ordered_json lab_export_json(const LabState& state, const LedgerReading& reading, const std::string& flow_text,
                             bool draft, const std::string& created) {
  const LabBegin& begin = state.begin();
  ordered_json parts = ordered_json::array();
  for (std::size_t number = 1; number <= state.flow().parts.size(); ++number) {
    parts.push_back(part_json(state, number));
  }
  const BuildInfo build = build_info();
  ordered_json lab{
      {"schema", kLabSchema},
      {"created", created},
      {"tool", fmt::format("{} {}", build.version, build.revision_with_state())},
      {"draft", draft},
      {"lab", begin.lab},
      {"track", begin.track},
      {"title", state.flow().title},
      {"crisis", state.flow().crisis},
      {"window", state.flow().window},
      {"workload", state.flow().workload},
      {"size", json_text_or_null(state.size().value_or(""))},
      {"nonce", json_text_or_null(begin.nonce)},
      {"student", json_text_or_null(begin.student)},
      {"short_duration", json_text_or_null(begin.duration)},
      {"machine", {{"label", begin.machine.label}, {"id", begin.machine.id}, {"class", begin.machine.machine_class}}},
      {"begun", state.entries().front().time},
      {"flow_sha256", sha256_hex(flow_text)},
      {"chain", lab_chain_json(reading)},
      {"missing", state.missing()},
      {"parts", parts},
      {"decision", lab_decision_json(state)},
      {"ledger", ledger_json(state.entries())}};
  lab["hash"] = content_hash(pretty_json(lab));
  return lab;
}

std::vector<LabPicture> lab_pictures(const LabState& state, const fs::path& folder) {
  const LabRun* newest = nullptr;
  for (std::size_t number = 1; number <= state.flow().parts.size(); ++number) {
    for (const LabRun* const run : state.locked(number) ? state.evidence(number) : std::vector<const LabRun*>{}) {
      newest = charts_of(*run).empty() ? newest : run;
    }
  }
  std::vector<LabPicture> pictures;
  if (newest == nullptr) {
    return pictures;
  }
  for (const std::string& chart : charts_of(*newest)) {
    const std::string title = chart == kRooflineChart ? "Comparative roofline" : "Pareto front";
    try {
      pictures.push_back(
          {.title = fmt::format("{}: {}", title, newest->facts.what), .svg = attachment_text(folder, *newest, chart)});
    } catch (const std::runtime_error& error) {
      pictures.push_back({.title = fmt::format("{} is not shown: {}", title, error.what()), .svg = ""});
    }
  }
  return pictures;
}

LabExportFiles export_lab(LabSession& session, const std::string& folder, bool draft) {
  const std::string now = lab_time();
  const LabState state = session.refresh();
  LabExportFiles files{.texts = {}, .complete = state.missing().empty(), .missing = state.missing()};
  if (!session.reading().intact()) {
    files.complete = false;
    files.missing.insert(files.missing.begin(), "the ledger's chain: " + session.reading().problem);
  }
  if (!files.complete && !draft) {
    return files;
  }
  const ordered_json lab =
      lab_export_json(state, session.reading(), session.flow_text(), draft || !files.complete, now);
  const std::string stem = fmt::format("{}-lab{}", session.flow().track, draft ? "-DRAFT" : "");
  files.texts[stem + ".json"] = pretty_json(lab);
  files.texts[stem + ".md"] = lab_export_markdown(lab);
  files.texts[stem + ".html"] = lab_export_page(lab, lab_pictures(state, session.folder()));
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw CommandError(ExitCode::file, fmt::format("--out {}: {}", folder, error.message()));
  }
  LabExport line{.draft = draft};
  for (const auto& [name, text] : files.texts) {
    write_text((fs::path(folder) / name).string(), text);
    line.files[name] = sha256_hex(text);
  }
  if (session.reading().intact()) {
    (void)session.ledger().append(now, [&](const std::vector<LedgerEntry>& /*so_far*/) { return line; });
  }
  return files;
}

}  // namespace assay
