#pragma once

#include <map>
#include <string>
#include <vector>

#include "lab/flow/flow_definition.hpp"
#include "lab/flow/lab_state.hpp"
#include "lab/flow/ledger_entry.hpp"

namespace assay::test_support {

/// A lab of short runs of a small kernel that is not in the program itself: predictions "scenario" and "missed", runs
/// "single", "offline" and "cameras" in part 1; "p99" and ten runs "load" in part 2; "peak" and "audit" in part 3.
[[nodiscard]] std::string small_flow();

/// The same with two systems that are measured within envelopes, "system_a" and "system_b", their audit, and
/// "audit_file", in part 3.
[[nodiscard]] std::string small_systems_flow();

/// An audit of two systems, as `assay audit A B --json` writes it, as far as the lab reads it.
[[nodiscard]] std::string small_audit();

/// A ledger in memory, built line by line.
class SampleLab {
 public:
  explicit SampleLab(const std::string& nonce = "W7-4K2", const std::string& flow = small_flow());

  const LedgerEntry& add(LedgerBody body);
  const LedgerEntry& lock(std::size_t part, const std::string& question, const std::string& choice);
  const LedgerEntry& lock(std::size_t part, const std::string& question, double number);
  /// Both lines of a run with these figures.
  const LedgerEntry& run(std::size_t part, const std::string& run, const std::map<std::string, double>& figures,
                         const std::map<std::string, double>& controls = {});

  /// Both lines of a system that was measured.
  const LedgerEntry& system(const std::string& run, bool interrupted = false);
  /// Both lines of an audit with these attachments.
  const LedgerEntry& audit(const std::map<std::string, std::string>& attachments);

  [[nodiscard]] const FlowDefinition& flow() const { return flow_; }
  [[nodiscard]] const std::vector<LedgerEntry>& entries() const { return entries_; }
  [[nodiscard]] LabState state() const { return {flow_, entries_}; }
  /// The file that the lines make.
  [[nodiscard]] std::string text() const;
  /// Everything that an export needs.
  void complete();

 private:
  FlowDefinition flow_;
  std::vector<LedgerEntry> entries_;
};

}  // namespace assay::test_support
