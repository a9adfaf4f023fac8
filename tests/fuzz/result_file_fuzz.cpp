#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analysis/result_file.hpp"
#include "analysis/shared_facts.hpp"
#include "tests/fuzz/property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using assay::require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const assay::FileCheck check = assay::check_result_text(text, "input");
  require((check.state == assay::FileState::invalid) == !check.findings.empty(), "INVALID has its reason");
  require(check.findings.size() <= 1000, "as many findings as a person reads");
  for (const auto& lines : {check.findings, check.notes, assay::find_traces(text)}) {
    for (const std::string& line : lines) {
      for (const char c : line) {
        require(c >= ' ' && c <= '~', "a finding is one line of printable ASCII");
      }
    }
  }
  const auto found = assay::find_names(text, {{.what = "user", .value = "ann", .not_searched = ""}});
  require(found.empty() || text.find_first_of("aA\\") != std::string_view::npos, "a name that is found is there");
  return 0;
}
