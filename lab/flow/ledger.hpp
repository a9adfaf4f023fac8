#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lab/flow/ledger_chain.hpp"

namespace assay {

/// "ledger.ndjson": lines are added and never changed. Any number of processes may add at a time; each holds the
/// file's lock (flock) while it looks at what is there and writes its line, so that none decides on an old state and
/// no lines mix. A line is on the disk when append() returns.
class Ledger {
 public:
  explicit Ledger(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool exists() const;

  /// Without the lock: what is there now. A torn end is left where it is. Throws std::runtime_error naming the path
  /// where the file cannot be read.
  [[nodiscard]] LedgerReading read() const;

  /// What follows from all the lines so far; may throw to add nothing.
  using Decide = std::function<LedgerBody(const std::vector<LedgerEntry>& so_far)>;
  /// Adds a line with the time `utc`. A torn end is first set aside in "ledger.torn-N.txt", with a line that says so.
  /// Throws CommandError (file) where the chain is broken or the file cannot be written: then nothing was added.
  LedgerEntry append(const std::string& utc, const Decide& decide) const;

  /// Why nothing is added where the chain is broken, with the remedy.
  [[nodiscard]] std::string refusal_of(const LedgerReading& broken) const;

 private:
  std::filesystem::path path_;
};

}  // namespace assay
