#pragma once

#include <optional>
#include <string>

#include "analysis/system_limits.hpp"
#include "lab/roofline_options.hpp"
#include "lab/run_options.hpp"

// What is taken away from the machine on purpose, as typed: --envelope stands for other flags.

namespace assay {

/// What an envelope, a name or a file, takes away from this machine. Throws CommandError: usage, file.
[[nodiscard]] SystemLimits envelope_limits(const std::string& envelope);

/// The same with the flags that its --envelope stands for; unchanged without one. Throws CommandError as
/// envelope_limits() does, and where a flag that was given says something else.
[[nodiscard]] RunOptions with_envelope(RunOptions run);
[[nodiscard]] RooflineOptions with_envelope(RooflineOptions options);

/// "max" or "4GB/s" in bytes per second. Throws std::invalid_argument.
[[nodiscard]] double parse_stream(const std::string& text);

/// Throws std::invalid_argument unless it is an instruction set that this processor has, by name.
void require_simd_level(const std::string& level);

/// Keeps this process, the measuring one, within the instruction set, and the libraries that it will load; nothing for
/// an empty level. Call it before anything else is made.
void keep_to_simd(const std::string& level);

}  // namespace assay
