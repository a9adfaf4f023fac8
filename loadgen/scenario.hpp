#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace assay {

/// The four MLPerf Inference scenarios (inference_rules.adoc, "Scenarios").
enum class Scenario { single_stream, multi_stream, server, offline };

inline constexpr std::array kAllScenarios{Scenario::single_stream, Scenario::multi_stream, Scenario::server,
                                          Scenario::offline};

/// performance: traffic of the scenario on the first loadable set. accuracy: every sample of the library exactly
/// once, responses kept.
enum class TestMode { performance, accuracy };

/// "single", "multi", "server", "offline": as typed after --scenario.
[[nodiscard]] std::string_view flag_of(Scenario scenario);
/// "SingleStream", "MultiStream", "Server", "Offline": as read in tables.
[[nodiscard]] std::string_view title_of(Scenario scenario);
[[nodiscard]] std::optional<Scenario> scenario_from_flag(std::string_view flag);

}  // namespace assay
