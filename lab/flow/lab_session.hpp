#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/flow/flow_definition.hpp"
#include "lab/flow/lab_refusal.hpp"
#include "lab/flow/lab_state.hpp"
#include "lab/flow/ledger.hpp"

namespace assay {

struct BeginWish {
  std::string flow;      ///< name of a track, or a file like those of share/labs/
  std::string duration;  ///< of each run instead of the flow's; empty: as the flow has it
  std::string nonce;
  std::string student;
};

/// As typed; nothing is interpreted yet.
struct LockWish {
  std::size_t part = 0;
  std::string question;
  std::string answer;
  std::string because;
  std::optional<bool> sure;
};

/// A lab in its folder: the flow as it was when the lab began, the ledger, and what may be done now. Every action reads
/// the ledger again, so that a terminal and a server may work on one lab. All of them throw LabRefusal with the reason
/// where something is not allowed, and CommandError (file) where the folder does not allow it.
class LabSession {
 public:
  /// Makes the folder, flow.toml in it and the first line of the ledger. Throws CommandError (usage) where a lab is
  /// there already.
  static LabSession begin(const std::filesystem::path& folder, const BeginWish& wish);
  /// Of a lab that began before. Throws CommandError (file) if there is none, or its flow was changed since.
  explicit LabSession(const std::filesystem::path& folder);
  [[nodiscard]] static bool exists(const std::filesystem::path& folder);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const FlowDefinition& flow() const { return flow_; }
  [[nodiscard]] const std::string& flow_text() const { return flow_text_; }
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }

  /// Reads the ledger again; the state lives until the next time.
  LabState refresh();
  [[nodiscard]] const LedgerReading& reading() const { return reading_; }
  /// A run of this lab goes on, in whatever process.
  [[nodiscard]] bool busy() const;

  /// Throws as lock() does for what makes no sense in the wish; writes nothing.
  void check(const LockWish& wish) const;
  /// Locks one prediction. A further one on the same question goes below the first.
  LedgerEntry lock(const LockWish& wish);
  LedgerEntry reflect(std::size_t number, const std::map<std::string, std::string>& texts);
  LedgerEntry decide(const LabDecision& decision);

 private:
  std::filesystem::path folder_;
  std::string flow_text_;
  FlowDefinition flow_;
  Ledger ledger_;
  LedgerReading reading_;
};

/// "2026-11-24T03:12:09Z"
[[nodiscard]] std::string lab_time();

}  // namespace assay
