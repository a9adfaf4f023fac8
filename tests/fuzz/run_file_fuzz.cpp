#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "analysis/run_file.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  const auto read = [](std::string_view json) { return run_document_from_json(json, "input"); };
  const auto document = value_of<std::runtime_error>(read, text);
  if (!document) {
    return;
  }
  // What a file may hold is what the program may hold: it can be written, hashed, compared and named.
  const std::string written = to_json(*document);
  const RunDocument again = run_document_from_json(written, "written");
  require(again.hash_matches, "what was just written carries its own hash");
  require(to_json(again) == written, "what is written, read and written again is the same text");
  require(comparability_key(again) == comparability_key(*document), "a run keeps its comparability key on disk");
  const std::string name = run_file_name(*document);
  require(name.find('/') == std::string::npos && name.find('\0') == std::string::npos && name.size() < 255,
          "a run has a name that a folder can hold");
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
