// The file of a suite, as a person writes it.
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "scenarios/suite_definition.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  const auto read = [](std::string_view toml) { return suite_from_toml(toml, "input"); };
  const auto suite = value_of<std::runtime_error>(read, text);
  if (!suite) {
    return;
  }
  require(!suite->steps.empty() && !suite->name.empty(), "a suite has a name and a step");
  for (const SuiteStepDefinition& step : suite->steps) {
    require(!step.id.empty() && step.id.find('/') == std::string::npos, "a step has a name that a file can have");
    require(step.repeat >= 1 && step.repeat <= static_cast<std::uint64_t>(kMostSuiteRepeats), "repeats have a bound");
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
