// What the process of a custom workload answers.
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "scenarios/custom/line_protocol.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view line) {
  const auto hello = value_of<std::runtime_error>([](std::string_view text) { return hello_from(text); }, line);
  if (hello) {
    require(hello->samples >= 1 && hello->batch >= 1 && hello->answers <= 8, "what is taken makes sense");
  }
  std::array<float, 3> numbers{};
  (void)read_numbers(line, "done", numbers);
  require_one_line(words_of(line), 300);
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
