// What the measuring process says on its event descriptor. The first byte says where the bytes are cut.
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lab/events.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

std::vector<std::string> lines_of_stream(std::string_view bytes, std::size_t cut) {
  LineCutter cutter;
  std::vector<std::string> lines = cutter.add(bytes.substr(0, cut));
  for (std::string& line : cutter.add(bytes.substr(cut))) {
    lines.push_back(std::move(line));
  }
  return lines;
}

void check(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::string_view bytes = input.substr(1);
  const std::size_t cut = bytes.empty() ? 0 : static_cast<unsigned char>(input.front()) % bytes.size();
  const std::vector<std::string> lines = lines_of_stream(bytes, 0);
  require(lines_of_stream(bytes, cut) == lines, "a cut changes no line");
  for (const std::string& line : lines) {
    require(line.find('\n') == std::string::npos, "a line has no line end");
    if (const auto event = value_of<std::runtime_error>(event_from, line)) {
      const std::string written = to_line(*event);
      require(written.find('\n') == written.size() - 1, "an event is written as one line");
      require(to_line(event_from(written)) == written, "an event survives writing");
    }
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
