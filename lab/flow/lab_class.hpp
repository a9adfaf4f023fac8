#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lab/flow/lab_verification.hpp"

namespace assay {

/// One export of a class. It is a table and no mark: what it is worth is a teacher's to say.
struct ClassRow {
  LabVerification verification;
  std::uint64_t runs = 0;
  std::uint64_t valid_runs = 0;
  std::uint64_t choices = 0;  ///< predictions with a key that were revealed
  std::uint64_t right_choices = 0;
  std::uint64_t sure_and_wrong = 0;   ///< choices, and numbers off by more than twice
  std::uint64_t numbers = 0;          ///< predictions of numbers that were revealed and above 0
  std::optional<double> mean_factor;  ///< geometric mean of how far off they are, at least 1
  std::uint64_t late_locks = 0;
  std::string same_lab_as;  ///< another file with the same lab's id; empty: none
};

struct ClassTable {
  std::vector<ClassRow> rows;        ///< by file name
  std::vector<std::string> refused;  ///< files that are no export of a lab
  std::optional<std::string> nonce;  ///< that was given out
};

/// Every JSON file in `folder` and below. The run files are looked for beside each export. Throws CommandError (file)
/// where the folder cannot be read or holds no export.
[[nodiscard]] ClassTable class_table(const std::filesystem::path& folder, const std::optional<std::string>& nonce);

[[nodiscard]] std::string class_text(const ClassTable& table);
[[nodiscard]] std::string class_csv(const ClassTable& table);
[[nodiscard]] std::string class_json(const ClassTable& table);

}  // namespace assay
