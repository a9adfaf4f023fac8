#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/machine.hpp"
#include "lab/flow/run_facts.hpp"

// The lines of a lab's ledger. Each holds the hash of the line before and its own, so that what was written later, or
// changed since, is visible. That shows order and accidental edits, not honesty.

namespace assay {

struct LabBegin {
  std::string lab;  ///< ULID of this lab
  std::string track;
  std::string flow_sha256;  ///< of flow.toml beside the ledger
  std::string duration;     ///< of each run, instead of the flow's; empty: as the flow has it
  std::string nonce;        ///< an instructor's; empty: none
  std::string student;      ///< as the student wants to be called; empty: nothing was given
  MachineIdentity machine;
  std::string tool;  ///< version and revision
};

struct LabLock {
  std::size_t part = 0;  ///< from 1
  std::string question;
  std::string choice;            ///< empty: a number was asked
  std::optional<double> number;  ///< in the question's unit
  std::string because;           ///< id of a reason
  bool sure = false;
  std::string nonce;              ///< that of the lab, so that last year's line does not fit
  std::uint64_t runs_before = 0;  ///< of the part, begun before this lock: above 0 it is late
};

/// A measurement begins: what was promised before anybody knew its result.
struct LabStart {
  std::size_t part = 0;
  std::string run;                         ///< "calibrate": one of the sizes
  std::string size;                        ///< of the calibrated parameter; empty: it has none
  std::map<std::string, double> controls;  ///< by id, as requested
  std::uint64_t number = 0;                ///< which of this run in this lab, from 1
  std::vector<std::string> locks;          ///< hashes of the graded locks of the part
};

/// A measurement and its file.
struct LabRun {
  LabStart start;
  std::string start_hash;
  std::string file;    ///< relative to the lab's folder, forward slashes
  std::string sha256;  ///< of its bytes
  std::string command;
  RunFacts facts;
  std::map<std::string, std::string> attachments;  ///< run_attachments.hpp: name -> SHA-256; mostly none
};

struct LabReflection {
  std::size_t part = 0;
  std::map<std::string, std::string> texts;  ///< by id
};

/// What the student decides, and what was decided against.
struct LabDecision {
  std::string metric;  ///< one of ultimate_metrics()
  std::string decision;
  std::string binding;    ///< the constraint that binds
  std::string guardrail;  ///< the metric that must not get worse
  std::string rejected;   ///< the comparison that was considered and turned down
  std::string why_rejected;
  std::string scope;  ///< what the claim holds for
  std::string risk;   ///< what may still go wrong
  std::string memo;
};

struct LabExport {
  bool draft = false;
  std::map<std::string, std::string> files;  ///< name -> SHA-256
};

/// What happened to the ledger itself.
struct LabNote {
  std::string text;
  std::string file;    ///< where torn bytes went; empty: none
  std::string sha256;  ///< of that file
};

using LedgerBody = std::variant<LabBegin, LabLock, LabStart, LabRun, LabReflection, LabDecision, LabExport, LabNote>;

struct LedgerEntry {
  std::uint64_t number = 0;  ///< from 0
  std::string time;          ///< ISO 8601, UTC
  std::string prev;          ///< hash of the line before; empty in the first
  std::string hash;          ///< "sha256:..." of this one without its hash
  LedgerBody body;
};

inline constexpr std::string_view kLedgerSchema = "assay/ledger/1";
/// The run of a LabStart that chooses a size; no run of a flow can have this id.
inline constexpr std::string_view kCalibrationRun = "calibrate:size";

/// "begin", "lock", "start", "run", "reflect", "decide", "export" or "note"
[[nodiscard]] std::string_view kind_of(const LedgerBody& body);

/// "#7f3a", the first four digits of a hash: what a person can say aloud.
[[nodiscard]] std::string short_hash(std::string_view hash);

/// One line of canonical JSON without a line end, hash computed.
[[nodiscard]] std::string ledger_line(const LedgerEntry& entry);

/// Throws std::runtime_error "SOURCE: ..." in one line for text that is none, and where the hash is not that of the
/// rest.
[[nodiscard]] LedgerEntry ledger_entry_from(std::string_view line, std::string_view source);

}  // namespace assay
