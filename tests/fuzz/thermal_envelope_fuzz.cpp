// The file of a thermal envelope, as a person writes it.
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "scenarios/thermal_envelope_file.hpp"
#include "scenarios/thermal_model.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  const auto read = [](std::string_view toml) { return thermal_envelope_from_toml(toml, "input"); };
  const auto envelope = value_of<std::runtime_error>(read, text);
  if (!envelope) {
    return;
  }
  const double sustained = sustained_factor(*envelope);
  require(sustained > 0.0 && sustained <= 1.0, "a device that does not trip when idle keeps some of its clock");
  ThermalModel model(*envelope);
  for (int i = 0; i < 100; ++i) {
    const ThermalModel::State state = model.advance(envelope->poll_period / 3, 1.0);
    require(std::isfinite(state.temperature_c), "a temperature is a number");
    require(state.factor > 0.0 && state.factor <= 1.0, "a factor is above 0 and at most 1");
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
