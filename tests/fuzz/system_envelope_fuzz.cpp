// What to take away from a machine, as a person writes it.
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "scenarios/system_envelope.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  const auto read = [](std::string_view toml) { return system_envelope_from_toml(toml, "input"); };
  const auto envelope = value_of<std::runtime_error>(read, text);
  if (!envelope) {
    return;
  }
  require(!envelope->name.empty(), "an envelope has a name");
  Machine machine;
  for (int cpu = 0; cpu < 4; ++cpu) {
    machine.hardware_threads.push_back({.os_index = cpu, .core = cpu, .allowed = true});
  }
  const auto resolve = [&](std::string_view) { return limits_of(*envelope, machine, {"avx2", "sse", "scalar"}); };
  const auto limits = value_of<std::invalid_argument>(resolve, text);
  require(!limits || limits->any(), "an envelope takes something away");
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
