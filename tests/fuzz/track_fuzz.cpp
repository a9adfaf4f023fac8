// The file of a track, as a person writes it.
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "scenarios/track_definition.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  const auto read = [](std::string_view toml) { return track_from_toml(toml, "input"); };
  const auto track = value_of<std::runtime_error>(read, text);
  if (!track) {
    return;
  }
  require(!track->steps.empty(), "a track has a step");
  for (const TrackStepDefinition& step : track->steps) {
    require(!step.id.empty() && !step.length.empty(), "a step has a name and a length");
  }
  require(track->presets.contains("quick") && track->presets.contains("full"), "both presets are there");
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
