#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lab/flow/ledger_entry.hpp"

namespace assay {

/// A ledger as it was read: the lines that hold, and what is wrong behind them.
struct LedgerReading {
  std::vector<LedgerEntry> entries;
  std::size_t good_bytes = 0;   ///< of the text, up to the last line that holds
  std::string problem;          ///< the first line that breaks the chain, and how; empty: none does
  std::string torn;             ///< bytes behind the last line end that are no whole line: a crash while writing
  bool lacks_line_end = false;  ///< the last line is whole but for its line end

  [[nodiscard]] bool intact() const { return problem.empty(); }
};

/// Reads untrusted text; never throws for what it holds.
[[nodiscard]] LedgerReading ledger_from_text(std::string_view text);

/// What breaks the chain where `entry` follows `before`; empty: nothing. The hash of the entry itself is checked where
/// it is read.
[[nodiscard]] std::string chain_fault(const std::vector<LedgerEntry>& before, const LedgerEntry& entry);

}  // namespace assay
