#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "lab/latency_window_text.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  if (const auto percentile = value_of<std::invalid_argument>(parse_percentile, text)) {
    const std::uint32_t ppm = percentile->parts_per_million();
    require(ppm > 0 && ppm < 1'000'000, "a percentile lies inside the distribution");
  }
  if (const auto window = value_of<std::invalid_argument>(parse_latency_window, text)) {
    require(window->limit > Nanoseconds::zero(), "a window has a length");
    require(window->percentile.has_value() == (text.find('@') != std::string_view::npos), "@ means a percentile");
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Not copied: behind the last byte lies no terminator, so that a read there is a finding of the address sanitizer.
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
