#pragma once

#include <cstdint>

namespace assay {

/// CLOCK_MONOTONIC in nanoseconds: a second opinion on the clock that measures (SteadyClock: CLOCK_MONOTONIC_RAW). NTP
/// slews it by at most 500 ppm. Never measures a result.
[[nodiscard]] std::int64_t witness_now_ns() noexcept;

}  // namespace assay
