#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/gpu_check/findings.hpp"
#include "tools/gpu_check/serving_loop.hpp"

namespace assay::gpu_check {

/// The second from which the batch is as full as it will be: where a twelfth of [0, end_s) begins, at the earliest the
/// second one, and not before the longest stay of the first `slots` queries has passed. Absent where that leaves none,
/// or one of those queries was not answered.
[[nodiscard]] std::optional<double> steady_from_s(const ServingLog& log, double end_s, std::uint32_t slots);

/// Chosen tokens a second in the twelfths of [0, end_s) from there on.
[[nodiscard]] std::optional<Spread> steady_rates(const ServingLog& log, double end_s, std::uint32_t slots);

/// A probe with Poisson arrivals for the table. What is not answered counts as never answered, and the probe is
/// INVALID.
struct ServerProbe {
  const ServingLog& log;
  double arrivals_s = 0.0;  ///< time in which queries came
  double drain_s = 0.0;     ///< what was waited for answers after it
  std::string name;         ///< "Server at 0.5 of Offline"
};
[[nodiscard]] Row first_token_row(const ServerProbe& probe);    ///< TTFT from the scheduled instant, ms
[[nodiscard]] Row further_token_row(const ServerProbe& probe);  ///< TPOT, ms
/// "valid: 412 of 412 answered", or "INVALID: " with the reason.
[[nodiscard]] std::string validity_of(const ServerProbe& probe);

}  // namespace assay::gpu_check
