#include "lab/flow/ledger_chain.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace assay {

std::string chain_fault(const std::vector<LedgerEntry>& before, const LedgerEntry& entry) {
  if (entry.number != before.size()) {
    return fmt::format("says it is number {} and stands where number {} belongs", entry.number, before.size());
  }
  const std::string expected = before.empty() ? "" : before.back().hash;
  if (entry.prev != expected) {
    return "does not follow the line before it: a line was changed, removed or put in";
  }
  const bool begins = std::holds_alternative<LabBegin>(entry.body);
  if (begins != before.empty()) {
    return begins ? "begins a lab within a lab" : "comes before the lab began";
  }
  // Times are for people; a clock that was set back is no proof of anything, but never goes unsaid.
  return "";
}

LedgerReading ledger_from_text(std::string_view text) {
  LedgerReading reading;
  while (reading.good_bytes < text.size()) {
    const std::string_view rest = text.substr(reading.good_bytes);
    const std::size_t end = rest.find('\n');
    const bool is_last = end == std::string_view::npos;
    const std::string_view line = rest.substr(0, end);
    const std::string source = fmt::format("line {}", reading.entries.size() + 1);
    try {
      LedgerEntry entry = ledger_entry_from(line, source);
      if (const std::string fault = chain_fault(reading.entries, entry); !fault.empty()) {
        reading.problem = fmt::format("{} {}", source, fault);
        return reading;
      }
      reading.entries.push_back(std::move(entry));
      reading.good_bytes += line.size() + (is_last ? 0 : 1);
      reading.lacks_line_end = is_last;
    } catch (const std::runtime_error& error) {
      if (is_last) {
        reading.torn = std::string(rest);
      } else {
        reading.problem = error.what();
      }
      return reading;
    }
  }
  return reading;
}

}  // namespace assay
