#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// An instruction set for which our loops are compiled and which this processor has.
struct SimdChoice {
  std::string name;  ///< as a parameter spells it: "avx512", "avx2", "sse", "ssse3", "sse2", "scalar", "neon", "sve"
  std::int64_t target = 0;  ///< Highway's bit
};

/// The best first; never empty.
[[nodiscard]] std::vector<SimdChoice> simd_choices();

/// The values of a parameter `simd` on this processor: "auto" and the names of simd_choices().
[[nodiscard]] std::vector<std::string> simd_parameter_values();

/// The choice of that name; "auto" is the best. Throws std::invalid_argument naming what this processor has.
[[nodiscard]] SimdChoice simd_choice(std::string_view name);

}  // namespace assay
