#pragma once

#include <cstdint>
#include <string>

#include "harness/time.hpp"

namespace assay {

/// Flags of `assay run` to try next, as a person would type them. Rates must be above 0.

/// "--duration 18s": rounded up to whole seconds, at least 1.
[[nodiscard]] std::string duration_flag(double seconds);

/// "--rate 310": rounded down to two significant digits, so that a suggested rate never lies above its reason.
[[nodiscard]] std::string lower_rate_flag(double per_second);

/// "--rate 12100": rounded up to three significant digits.
[[nodiscard]] std::string higher_rate_flag(double per_second);

/// "--duration 18s": how long to run for `needed` queries when `observed` took `elapsed`, with a tenth to spare.
[[nodiscard]] std::string duration_flag_for(std::uint64_t needed, std::uint64_t observed, Nanoseconds elapsed);

}  // namespace assay
