#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/trace_file.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

std::vector<Nanoseconds> read(std::string_view text) {
  std::istringstream stream{std::string(text)};
  return read_trace(stream, "input");
}

void check(std::string_view text) {
  const auto offsets = value_of<std::runtime_error>(read, text);
  if (!offsets) {
    return;
  }
  require(offsets->size() >= 2, "a trace has an interval");
  require(offsets->front() == Nanoseconds::zero(), "offsets count from the first arrival");
  require(std::is_sorted(offsets->begin(), offsets->end()), "a trace does not go back");
  const double rate = mean_rate_hz(*offsets);
  require(std::isfinite(rate) && rate > 0.0, "a trace has a rate");
  std::string written;
  for (const Nanoseconds offset : *offsets) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    written += fmt::format("{}.{:09}\n", offset.count() / kSecond, offset.count() % kSecond);
  }
  require(read(written) == *offsets, "a trace survives printing");
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
