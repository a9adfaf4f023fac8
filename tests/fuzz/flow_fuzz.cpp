// The file of a lab, as a person writes it.
#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "lab/flow/flow_definition.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

void check(std::string_view text) {
  const auto read = [](std::string_view toml) { return flow_from_toml(toml, "input"); };
  const auto flow = value_of<std::runtime_error>(read, text);
  if (!flow) {
    return;
  }
  require(flow->parts.size() == kFlowParts, "a lab has three parts");
  for (const FlowPart& part : flow->parts) {
    require(!part.questions.empty() && !part.runs.empty() && !part.reflections.empty(), "a part can be walked");
    require(part.controls.size() <= kMostFlowControls, "a part has few controls");
    for (const FlowQuestion& question : part.questions) {
      require(!question.runs.empty() && !question.reasons.empty(), "a question can be answered");
      require(!question.is_number() || question.lower < question.upper, "a number has a span");
    }
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
