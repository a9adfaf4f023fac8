#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/run_file_pretty.hpp"
#include "lab/flow/lab_verification.hpp"

namespace assay {

using nlohmann::ordered_json;

std::string verification_text(const LabVerification& found) {
  constexpr std::size_t kLongest = 400;
  const auto shown = [](const std::string& text) { return text.empty() ? "-" : printable(text, kLongest); };
  std::string text = fmt::format("{}  {}\n", found.intact() ? "INTACT" : "NOT INTACT", shown(found.source));
  text += fmt::format("  lab      {} of track {}, student {}, nonce {}\n", shown(found.lab), shown(found.track),
                      shown(found.student), shown(found.nonce));
  text += fmt::format("  ledger   {} lines\n", found.reading.entries.size());
  for (const std::string& problem : found.problems) {
    text += fmt::format("  FAULT    {}\n", printable(problem, kLongest));
  }
  for (const std::string& remark : found.remarks) {
    text += fmt::format("  remark   {}\n", printable(remark, kLongest));
  }
  std::size_t as_recorded = 0;
  for (const RunFileCheck& check : found.files) {
    as_recorded += check.state == "as recorded" ? 1U : 0U;
  }
  if (!found.files.empty()) {
    text += fmt::format("  files    {} of {} as recorded\n", as_recorded, found.files.size());
  }
  return text +
         "  This proves order and accidental edits, not honesty: whoever writes every line anew can make any of them, "
         "and\n  lines cut off at the end leave no gap. A nonce shows that it is not from before it was given out.\n";
}

std::string verification_json(const LabVerification& found) {
  ordered_json files = ordered_json::array();
  for (const RunFileCheck& check : found.files) {
    files.push_back({{"file", check.file}, {"state", check.state}});
  }
  const auto optional = [](const std::optional<bool>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
  };
  return pretty_json({{"schema", "assay/lab-verify/1"},
                      {"source", found.source},
                      {"intact", found.intact()},
                      {"lab", found.lab},
                      {"track", found.track},
                      {"student", json_text_or_null(found.student)},
                      {"nonce", json_text_or_null(found.nonce)},
                      {"draft", found.draft},
                      {"short_duration", json_text_or_null(found.short_duration)},
                      {"missing_count", found.missing},
                      {"hash_matches", found.hash_matches},
                      {"chain_intact", found.reading.intact()},
                      {"entries", found.reading.entries.size()},
                      {"shows_its_ledger", optional(found.shows_its_ledger)},
                      {"nonce_matches", optional(found.nonce_matches)},
                      {"files", files},
                      {"problems", found.problems},
                      {"remarks", found.remarks}});
}

}  // namespace assay
