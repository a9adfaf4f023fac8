#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "analysis/selftest_json.hpp"
#include "analysis/selftest_text.hpp"
#include "tests/fuzz/property.hpp"

// A text is refused in one line, or read, and what was read can be shown, written and read equal.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using assay::require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = [](std::string_view json) { return assay::selftest_from_json(json, "input"); };
  const auto record = assay::value_of<std::runtime_error>(read, text);
  if (!record) {
    return 0;
  }
  const std::string written = assay::selftest_json(*record);
  const assay::SelftestRecord again = assay::selftest_from_json(written, "written");
  require(again.hash_matches, "what was just written carries its own hash");
  require(assay::selftest_json(again) == written, "what is written, read and written again is the same text");
  require(!assay::selftest_text(*record, assay::Charset::ascii).empty(), "every self-test has a table");
  const std::string name = assay::selftest_file_name(again);
  require(name.find('/') == std::string::npos && name.size() < 255, "a self-test has a name that a folder can hold");
  return 0;
}
