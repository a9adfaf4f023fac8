#pragma once

#include <cstdint>
#include <span>

namespace assay {

/// How many independent observations would say as much about the share of values above `threshold` as this series in
/// time order does: n / tau with tau = 1 + 2 (rho(1) + rho(2) + ...), rho(k) the autocorrelation at lag k of the
/// indicator [value > threshold]. Slow queries come in clusters (a stall delays all that queue behind it), so n
/// itself would promise intervals several times too narrow.
///
/// The sum ends where rho falls below 0.02, at the latest at lag n / 10. Lags are taken in windows that grow by half,
/// each judged by its mean, so that the noise of one far lag does not end the sum. Between 1 and n; n where no value
/// or each value is above the threshold. O(n) time for each of O(log n) windows over the rarer of the two outcomes,
/// O(n) memory. Throws std::invalid_argument for more than 2^32 values.
[[nodiscard]] double effective_sample_size(std::span<const std::int64_t> in_time_order, std::int64_t threshold);

}  // namespace assay
