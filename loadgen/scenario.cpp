#include "loadgen/scenario.hpp"

namespace assay {

std::string_view flag_of(Scenario scenario) {
  switch (scenario) {
    case Scenario::single_stream:
      return "single";
    case Scenario::multi_stream:
      return "multi";
    case Scenario::server:
      return "server";
    case Scenario::offline:
      return "offline";
  }
  return "";
}

std::string_view title_of(Scenario scenario) {
  switch (scenario) {
    case Scenario::single_stream:
      return "SingleStream";
    case Scenario::multi_stream:
      return "MultiStream";
    case Scenario::server:
      return "Server";
    case Scenario::offline:
      return "Offline";
  }
  return "";
}

std::optional<Scenario> scenario_from_flag(std::string_view flag) {
  for (const Scenario scenario : kAllScenarios) {
    if (flag_of(scenario) == flag) {
      return scenario;
    }
  }
  return std::nullopt;
}

}  // namespace assay
