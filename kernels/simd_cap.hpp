#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {

// A cap on the instructions that this process uses: our own loops, whose dispatch is the process's anyway, and the
// libraries. Set it before any kernel is made, once.

/// Nothing wider than `level` from here on: a name of simd_choices(), without "auto". Throws std::invalid_argument
/// naming what this processor has.
void cap_simd(std::string_view level);

/// The level in force; empty: none.
[[nodiscard]] const std::string& simd_cap();

/// simd_extensions() within the cap. What is encoded like wider instructions, such as an FMA of 128 bits, goes too.
[[nodiscard]] std::vector<std::string> usable_simd_extensions();

/// Those of the extensions that are within the cap.
[[nodiscard]] std::vector<std::string> within_simd_cap(std::vector<std::string> extensions);

/// Whether loops of that name (of PeakLoop::simd) are within the cap.
[[nodiscard]] bool is_within_simd_cap(std::string_view simd);

/// Why an extension is not used: "this processor has no avx2", "--simd sse keeps it away".
[[nodiscard]] std::string reason_without(std::string_view extension);

/// The variables that keep the libraries within `level`, in their own words. They read them when they are loaded, and
/// LIBXSMM, which is part of this program, at its start.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> library_settings(std::string_view level);

/// Why no library may be used under the cap: they know nothing so narrow. Empty where they may.
[[nodiscard]] std::string library_refusal();

}  // namespace assay
