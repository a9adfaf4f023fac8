// A ledger, or the ledger of an export, as somebody hands it in.
#include <cstdint>
#include <string>
#include <string_view>

#include "lab/flow/lab_verification.hpp"
#include "lab/flow/ledger_chain.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  const LedgerReading reading = ledger_from_text(text);
  require(reading.good_bytes + reading.torn.size() <= text.size(), "what holds is part of the text");
  if (!reading.problem.empty()) {
    constexpr std::size_t kLongestMessage = 700;
    require_one_line(reading.problem, kLongestMessage);
  }
  std::string again;
  for (const LedgerEntry& entry : reading.entries) {
    again += ledger_line(entry) + "\n";
  }
  if (reading.lacks_line_end && !again.empty()) {
    again.pop_back();
  }
  require(text.starts_with(again), "lines that hold are written as they were read");
  (void)order_faults(reading.entries);
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
