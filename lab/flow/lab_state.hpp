#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/flow/flow_definition.hpp"
#include "lab/flow/ledger_entry.hpp"

namespace assay {

/// A line of the ledger with what it says.
template <class Body>
struct Said {
  const LedgerEntry* entry = nullptr;
  const Body* body = nullptr;
};

/// A lab as its ledger leaves it: everything else follows from the flow and these lines. The lines must outlive it.
class LabState {
 public:
  LabState(const FlowDefinition& flow, const std::vector<LedgerEntry>& entries) : flow_(flow), entries_(entries) {}

  [[nodiscard]] const FlowDefinition& flow() const { return flow_; }
  [[nodiscard]] const std::vector<LedgerEntry>& entries() const { return entries_; }
  /// Throws std::runtime_error where the ledger does not begin a lab.
  [[nodiscard]] const LabBegin& begin() const;

  [[nodiscard]] const FlowPart& part(std::size_t number) const { return flow_.parts.at(number - 1); }
  /// Of a question, in the order in which they came: the first one is graded, the others stay below it.
  [[nodiscard]] std::vector<Said<LabLock>> locks(std::size_t part, std::string_view question) const;
  /// Every question of the part has a lock.
  [[nodiscard]] bool locked(std::size_t number) const;
  /// The hashes of the graded locks.
  [[nodiscard]] std::vector<std::string> graded_locks(std::size_t number) const;
  [[nodiscard]] std::vector<std::string> unlocked_questions(std::size_t number) const;

  [[nodiscard]] std::vector<Said<LabStart>> starts(std::size_t part) const;
  [[nodiscard]] std::vector<Said<LabRun>> runs(std::size_t part) const;
  /// Runs of a part without what stands around them.
  [[nodiscard]] std::vector<const LabRun*> evidence(std::size_t part) const;
  /// How often a run was made: those that left a file.
  [[nodiscard]] std::uint64_t made(std::size_t part, std::string_view run) const;
  /// Begun, and no file was kept yet: it runs now, or something ended it.
  [[nodiscard]] std::vector<Said<LabStart>> unfinished() const;
  /// A run of the part that answers: honest and not interrupted.
  [[nodiscard]] bool answered(std::size_t part, std::string_view run) const;

  /// The size that calibration chose: empty where the flow has none. Absent: still to be measured.
  [[nodiscard]] std::optional<std::string> size() const;
  /// The sizes that were not measured yet.
  [[nodiscard]] std::vector<std::string> sizes_to_measure() const;

  /// The text that was last given; empty: none.
  [[nodiscard]] std::string reflection(std::size_t part, const std::string& id) const;
  [[nodiscard]] std::optional<Said<LabDecision>> decision() const;
  /// In the order in which they were written.
  [[nodiscard]] std::vector<Said<LabExport>> exports() const { return all<LabExport>(); }

  /// What an export still lacks, each in a line with the command that adds it.
  [[nodiscard]] std::vector<std::string> missing() const;

 private:
  /// The export needs the run, and it is not there.
  [[nodiscard]] bool is_open(std::size_t number, const FlowRun& run) const;

  template <class Body>
  [[nodiscard]] std::vector<Said<Body>> all() const {
    std::vector<Said<Body>> found;
    for (const LedgerEntry& entry : entries_) {
      if (const auto* const body = std::get_if<Body>(&entry.body)) {
        found.push_back({.entry = &entry, .body = body});
      }
    }
    return found;
  }

  const FlowDefinition& flow_;
  const std::vector<LedgerEntry>& entries_;
};

}  // namespace assay
