#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/unavailable.hpp"
#include "scenarios/interference/interference.hpp"

namespace assay {

/// "stress-ng 0.15.06", as the program itself says, or why it cannot be had.
[[nodiscard]] Reading<std::string> stress_ng_version();

/// The arguments that inject the order's knob with stress-ng, its name first. Its own time limit ends it whatever
/// happens to us. Throws std::invalid_argument for a knob that it does not have.
[[nodiscard]] std::vector<std::string> stress_ng_arguments(const InjectorOrder& order,
                                                           const InterferenceRequest& request);

/// stress-ng as an injector: its processes form a group of their own, which is accounted for as a whole and ends with
/// this object. Throws std::runtime_error if it is not installed.
[[nodiscard]] std::unique_ptr<Injector> start_stress_ng(const InjectorOrder& order, const InterferenceRequest& request);

}  // namespace assay
