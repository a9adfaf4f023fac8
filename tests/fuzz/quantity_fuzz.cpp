#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/quantity.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  if (const auto duration = value_of<std::invalid_argument>(parse_duration, text)) {
    require(duration->count() >= 0 && *duration != kNever, "a duration is not negative and not endless");
    require(parse_duration(std::to_string(duration->count()) + "ns") == *duration, "a duration survives printing");
  }
  if (const auto size = value_of<std::invalid_argument>(parse_size, text)) {
    require(parse_size(size_text(*size)) == *size, "a size survives printing");
  }
  if (const auto count = value_of<std::invalid_argument>(parse_count, text)) {
    require(parse_count(std::to_string(*count)) == *count, "a count survives printing");
  }
  if (const auto rate = value_of<std::invalid_argument>(parse_rate, text)) {
    require(std::isfinite(*rate) && *rate > 0.0, "a rate is positive and finite");
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Not copied: behind the last byte lies no terminator, so that a read there is a finding of the address sanitizer.
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
