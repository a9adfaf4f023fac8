#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/run_file_pretty.hpp"
#include "lab/flow/lab_class.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

std::string nonce_word(const ClassRow& row) {
  const auto& matches = row.verification.nonce_matches;
  return !matches ? "not asked" : *matches ? "same" : "OTHER";
}

std::string factor_text(const ClassRow& row) {
  return row.mean_factor ? fmt::format("{:.2f}", *row.mean_factor) : std::string();
}

/// RFC 4180; a cell that a spreadsheet would read as a formula is led by an apostrophe.
std::string cell(const std::string& text) {
  std::string out =
      !text.empty() && std::string_view("=+-@\t").find(text.front()) != std::string_view::npos ? "'" + text : text;
  if (out.find_first_of(",\"\r\n") == std::string::npos) {
    return out;
  }
  std::string quoted = "\"";
  for (const char c : out) {
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return quoted + "\"";
}

ordered_json row_json(const ClassRow& row) {
  const LabVerification& found = row.verification;
  return {{"source", found.source},
          {"student", json_text_or_null(found.student)},
          {"track", found.track},
          {"lab", found.lab},
          {"machine_class", found.machine_class},
          {"intact", found.intact()},
          {"problems", found.problems},
          {"remarks", found.remarks},
          {"draft", found.draft},
          {"short_duration", json_text_or_null(found.short_duration)},
          {"missing_count", found.missing},
          {"nonce", json_text_or_null(found.nonce)},
          {"nonce_matches", found.nonce_matches ? ordered_json(*found.nonce_matches) : ordered_json(nullptr)},
          {"runs", row.runs},
          {"valid_runs", row.valid_runs},
          {"choices", row.choices},
          {"right_choices", row.right_choices},
          {"numbers", row.numbers},
          {"mean_factor", json_number(row.mean_factor)},
          {"sure_and_wrong", row.sure_and_wrong},
          {"late_locks", row.late_locks},
          {"same_lab_as", json_text_or_null(row.same_lab_as)}};
}

}  // namespace

std::string class_text(const ClassTable& table) {
  constexpr std::size_t kLongest = 300;
  std::string text = fmt::format("{:<24} {:<7} {:<10} {:>9} {:>8} {:>7} {:>6} {:>5}  {}\n", "student", "track",
                                 "ledger", "nonce", "choices", "factor", "sure/x", "late", "file");
  for (const ClassRow& row : table.rows) {
    const LabVerification& found = row.verification;
    text += fmt::format("{:<24} {:<7} {:<10} {:>9} {:>8} {:>7} {:>6} {:>5}  {}\n", printable(found.student, 24),
                        printable(found.track, 7), found.intact() ? "intact" : "NOT INTACT", nonce_word(row),
                        fmt::format("{}/{}", row.right_choices, row.choices), factor_text(row), row.sure_and_wrong,
                        row.late_locks, printable(found.source, kLongest));
    for (const std::string& problem : found.problems) {
      text += fmt::format("    FAULT  {}\n", printable(problem, kLongest));
    }
    if (!row.same_lab_as.empty()) {
      text += fmt::format("    the same lab as {}\n", printable(row.same_lab_as, kLongest));
    }
    if (found.draft || found.missing > 0) {
      text += fmt::format("    {}, {} fields missing\n", found.draft ? "DRAFT" : "not a draft", found.missing);
    }
  }
  for (const std::string& refused : table.refused) {
    text += fmt::format("left out: {}\n", printable(refused, kLongest));
  }
  return text +
         "choices: right of those with a key; factor: geometric mean of how far off the numbers are; sure/x: sure and "
         "wrong.\nA table and no mark: it proves order and accidental edits, not honesty.\n";
}

std::string class_csv(const ClassTable& table) {
  std::string text =
      "file,student,track,intact,nonce,runs,valid_runs,choices,right_choices,numbers,mean_factor,sure_and_wrong,late_"
      "locks,draft,missing,same_lab_as\n";
  for (const ClassRow& row : table.rows) {
    const LabVerification& found = row.verification;
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", cell(found.source), cell(found.student),
                        cell(found.track), found.intact(), nonce_word(row), row.runs, row.valid_runs, row.choices,
                        row.right_choices, row.numbers, factor_text(row), row.sure_and_wrong, row.late_locks,
                        found.draft, found.missing, cell(row.same_lab_as));
  }
  return text;
}

std::string class_json(const ClassTable& table) {
  ordered_json rows = ordered_json::array();
  for (const ClassRow& row : table.rows) {
    rows.push_back(row_json(row));
  }
  return pretty_json({{"schema", "assay/lab-class/1"},
                      {"nonce", table.nonce ? ordered_json(*table.nonce) : ordered_json(nullptr)},
                      {"rows", rows},
                      {"refused", table.refused}});
}

}  // namespace assay
