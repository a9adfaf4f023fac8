#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lab/flow/lab_session.hpp"
#include "lab/flow/lab_state.hpp"

namespace assay {

inline constexpr std::string_view kLabSchema = "assay/lab/1";

/// What is handed in (schema/lab-1.schema.json): the flow's questions with every lock and its reveal, the evidence, the
/// reflections, the decision, what is missing, and the ledger itself, line by line. "hash" is that of the rest.
[[nodiscard]] nlohmann::ordered_json lab_export_json(const LabState& state, const LedgerReading& reading,
                                                     const std::string& flow_text, bool draft,
                                                     const std::string& created);

/// A chart that lies beside the lab's runs.
struct LabPicture {
  std::string title;  ///< what it shows; where there is no picture, why
  std::string svg;    ///< empty: it is not at hand, or not what was recorded
};
/// The charts of the newest audit.
[[nodiscard]] std::vector<LabPicture> lab_pictures(const LabState& state, const std::filesystem::path& folder);

/// The same for people, from the JSON and pictures alone: an export that was handed in shows what it holds and nothing
/// else.
[[nodiscard]] std::string lab_export_markdown(const nlohmann::ordered_json& lab);
[[nodiscard]] std::string lab_export_page(const nlohmann::ordered_json& lab, const std::vector<LabPicture>& pictures);

/// The three files of an export, by their names.
struct LabExportFiles {
  std::map<std::string, std::string> texts;
  bool complete = false;
  std::vector<std::string> missing;
};
/// Adds the line of the export to the ledger and writes "TRACK-lab.json", ".md" and ".html" into `folder`. Nothing is
/// written where something is missing, unless it is a draft.
[[nodiscard]] LabExportFiles export_lab(LabSession& session, const std::string& folder, bool draft);

}  // namespace assay
