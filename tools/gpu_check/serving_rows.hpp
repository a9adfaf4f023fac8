#pragma once

#include <string>

#include "tools/gpu_check/findings.hpp"
#include "tools/gpu_check/serving_loop.hpp"

namespace assay::gpu_check {

/// Chosen tokens a second over [0, end_s) in twelfths, without the first: the batch fills in it.
[[nodiscard]] Spread steady_rates(const ServingLog& log, double end_s);

/// A probe with Poisson arrivals for the table. What is not answered counts as never answered, and the probe is
/// INVALID.
struct ServerProbe {
  const ServingLog& log;
  double arrivals_s = 0.0;  ///< time in which queries came
  std::string name;         ///< "Server at 0.5 of Offline"
};
[[nodiscard]] Row first_token_row(const ServerProbe& probe);    ///< TTFT from the scheduled instant, ms
[[nodiscard]] Row further_token_row(const ServerProbe& probe);  ///< TPOT, ms
/// "valid: 412 of 412 answered", or "INVALID: " with the reason.
[[nodiscard]] std::string validity_of(const ServerProbe& probe);

}  // namespace assay::gpu_check
