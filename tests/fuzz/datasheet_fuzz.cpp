// A catalogue of datasheets, as a person writes it.
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "scenarios/datasheets.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  const auto read = [](std::string_view toml) { return datasheets_from_toml(toml, "input"); };
  const auto sheets = value_of<std::runtime_error>(read, text);
  if (!sheets) {
    return;
  }
  require(!sheets->empty(), "a catalogue has a device");
  for (const Datasheet& sheet : *sheets) {
    require(!sheet.id.empty() && !sheet.source.empty(), "a device has a name and a source");
    require(!sheet.peak_per_s.empty(), "a device has a peak");
    for (const auto& [dtype, peak] : sheet.peak_per_s) {
      require(peak > 0.0 && peak < 1e30, "a peak is a positive number");
    }
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
