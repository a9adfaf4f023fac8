#pragma once

#include <string_view>

#include "scenarios/interference/interference_request.hpp"

// Doses as a person types them. Each function throws std::invalid_argument with one line that quotes the text and says
// what is accepted.

namespace assay {

/// "80x1ms": bursts a second and the length of each; "80" has bursts of 1 ms.
[[nodiscard]] NoiseDose parse_noise(std::string_view text);

/// "50%" or "0.5"
[[nodiscard]] double parse_share(std::string_view text);

/// "4GB/s", "500MiB/s"; "/s" may be left out. Bytes per second.
[[nodiscard]] double parse_bandwidth(std::string_view text);

/// "own" or "stress-ng"
[[nodiscard]] InjectorSource parse_injector_source(std::string_view text);

/// "thread" or "process"
[[nodiscard]] GpuInjectorHome parse_gpu_injector_home(std::string_view text);

/// "strongest" or "ordinary"
[[nodiscard]] InjectorPriority parse_injector_priority(std::string_view text);

}  // namespace assay
