#pragma once

#include <optional>
#include <string>

#include "harness/cpu_times.hpp"
#include "harness/jitter_probe.hpp"

namespace assay {

/// What explains the gaps of a jitter probe.
struct VerdictContext {
  bool virtual_machine = false;
  std::optional<LoadShares> shares;  ///< over the probe
};

/// One sentence on what this host is good for, earned by the probe alone: throughput by the lost share, tails by
/// dominated_below().
[[nodiscard]] std::string verdict_of(const JitterReport& report, const VerdictContext& context);

/// "0.4 ms", "12 us", "3.1 s": two significant digits.
[[nodiscard]] std::string short_duration(Nanoseconds duration);

}  // namespace assay
