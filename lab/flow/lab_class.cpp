#include "lab/flow/lab_class.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "analysis/run_file_field.hpp"
#include "analysis/untrusted_json.hpp"
#include "lab/command_error.hpp"
#include "lab/flow/lab_export.hpp"

namespace assay {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr double kFarOff = 2.0;

/// The graded lock of a question and how it came out.
void take_question(ClassRow& row, double& log_sum, const Field& question) {
  const auto locks = question.member("locks").elements();
  for (const Field& lock : locks) {
    row.late_locks += lock.member("late").boolean() ? 1U : 0U;
  }
  const Field reveal = question.member("reveal");
  if (locks.empty() || reveal.absent() || locks.front().member("late").boolean()) {
    return;
  }
  const bool sure = locks.front().member("sure").boolean();
  if (const Field right = reveal.member("right"); !right.absent()) {
    ++row.choices;
    row.right_choices += right.boolean() ? 1U : 0U;
    row.sure_and_wrong += sure && !right.boolean() ? 1U : 0U;
  }
  if (const auto factor = reveal.member("factor").optional_number(); factor && *factor >= 1.0) {
    ++row.numbers;
    log_sum += std::log(*factor);
    row.sure_and_wrong += sure && *factor > kFarOff ? 1U : 0U;
  }
}

ClassRow row_of(const std::string& text, const fs::path& file, const std::optional<std::string>& nonce) {
  const std::string source = file.string();
  std::error_code ignored;
  const fs::path beside = file.parent_path().empty() ? fs::path(".") : file.parent_path();
  ClassRow row{
      .verification = verify_lab(
          text, source, {.folder = fs::is_directory(beside / "runs", ignored) ? beside : fs::path(), .nonce = nonce})};
  const json value = parse_untrusted_json(text, source, "an export of a lab");
  const Field root(source, value);
  double log_sum = 0.0;
  for (const Field& part : root.member("parts").elements()) {
    for (const Field& question : part.member("questions").elements()) {
      take_question(row, log_sum, question);
    }
    for (const Field& run : part.member("runs").elements()) {
      ++row.runs;
      row.valid_runs += run.member("facts").member("valid").boolean() ? 1U : 0U;
    }
  }
  if (row.numbers > 0) {
    row.mean_factor = std::exp(log_sum / static_cast<double>(row.numbers));
  }
  return row;
}

bool is_export(const std::string& text) {
  const json value = json::parse(text, nullptr, false);
  return value.is_object() && value.contains("schema") && value["schema"] == kLabSchema;
}

/// Every JSON file that is no result of a run.
std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const std::string name = entry->path().filename().string();
    const bool of_a_run =
        name.ends_with(".run.json") || name.ends_with(".realworld.json") || name.ends_with(".audit.json");
    if (fs::is_regular_file(entry->symlink_status(ignored)) && entry->path().extension() == ".json" && !of_a_run) {
      files.push_back(entry->path());
    }
  }
  if (error) {
    throw CommandError(ExitCode::file, fmt::format("{}: {}", folder.string(), error.message()));
  }
  std::ranges::sort(files);
  return files;
}

void mark_copies(std::vector<ClassRow>& rows) {
  for (ClassRow& row : rows) {
    for (const ClassRow& other : rows) {
      if (&other != &row && row.same_lab_as.empty() && !row.verification.lab.empty() &&
          other.verification.lab == row.verification.lab) {
        row.same_lab_as = other.verification.source;
      }
    }
  }
}

}  // namespace

ClassTable class_table(const fs::path& folder, const std::optional<std::string>& nonce) {
  ClassTable table{.rows = {}, .refused = {}, .nonce = nonce};
  for (const fs::path& file : json_files(folder)) {
    try {
      const std::string text = read_untrusted_file(file);
      if (text.size() > kLargestUntrustedFile || !is_export(text)) {
        table.refused.push_back(file.string() + ": is no export of a lab");
        continue;
      }
      table.rows.push_back(row_of(text, file, nonce));
    } catch (const std::runtime_error& error) {
      table.refused.emplace_back(error.what());
    }
  }
  if (table.rows.empty()) {
    throw CommandError(ExitCode::file,
                       fmt::format("{}: no export of a lab in there; assay lab export writes them", folder.string()));
  }
  mark_copies(table.rows);
  return table;
}

}  // namespace assay
