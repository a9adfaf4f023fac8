#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/flow/ledger_chain.hpp"

namespace assay {

/// A run file that an export names, as it lies beside it.
struct RunFileCheck {
  std::string file;
  std::string state;  ///< "as recorded", "missing", "changed", "other figures than recorded"
};

/// What an export can be asked without anybody's word: whether its lines follow each other, whether each run was
/// measured behind its predictions, whether what it shows follows from its lines.
struct LabVerification {
  std::string source;
  std::string track;
  std::string student;
  std::string nonce;
  std::string lab;  ///< id: two exports with one are one lab
  std::string machine_class;
  bool draft = false;
  std::string short_duration;
  std::size_t missing = 0;  ///< fields that an export needs and this one lacks
  LedgerReading reading;
  bool hash_matches = false;
  std::optional<bool> shows_its_ledger;  ///< absent: the flow it was made with is not at hand
  std::optional<bool> nonce_matches;     ///< absent: none was asked for
  std::vector<RunFileCheck> files;
  std::vector<std::string> problems;  ///< everything that is wrong, one line each
  std::vector<std::string> remarks;   ///< what a teacher should know and what is no fault

  [[nodiscard]] bool intact() const { return problems.empty(); }
};

struct VerifyRequest {
  std::filesystem::path folder;      ///< of the lab, with its runs and its flow; empty: none is at hand
  std::optional<std::string> nonce;  ///< that the export must have
};

/// Reads untrusted text. Throws std::runtime_error in one line for text that is no export of a lab.
[[nodiscard]] LabVerification verify_lab(std::string_view text, const std::string& source,
                                         const VerifyRequest& request);

/// What an order of lines cannot have come from this program: a run without its predictions, a lock that says it came
/// before a run and did not.
[[nodiscard]] std::vector<std::string> order_faults(const std::vector<LedgerEntry>& entries);

[[nodiscard]] std::string verification_text(const LabVerification& found);
[[nodiscard]] std::string verification_json(const LabVerification& found);

}  // namespace assay
