#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "lab/compare_fail_on.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  if (const auto margin = value_of<std::invalid_argument>(parse_margin, text)) {
    require(*margin > 0.0 && *margin < 1.0, "a margin lies between 0 and 100 %");
  }
  if (const auto conditions = value_of<std::invalid_argument>(parse_compare_fail_on, text)) {
    require(!conditions->empty(), "a text that is accepted asks for something");
    for (const CompareCondition& condition : *conditions) {
      require(text.find(condition.text) != std::string_view::npos, "a condition is as it was typed");
      require(!condition.margin || (*condition.margin > 0.0 && *condition.margin < 1.0), "a margin of its own is one");
    }
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Not copied: behind the last byte lies no terminator, so that a read there is a finding of the address sanitizer.
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
