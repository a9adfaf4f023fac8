#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "kernels/kernel.hpp"

namespace assay {

/// Bound on the relative error of an answer where a custom workload states none.
inline constexpr double kDefaultAnswerTolerance = 1e-3;

/// Foreign words as they can stand in a message: one line of printable ASCII, not endless.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t longest = 200);

/// Runs sample 0 and compares its answer with the reference, where there is one. A run that fails is not passed.
[[nodiscard]] OutputCheck check_first_answer(Kernel& kernel);

}  // namespace assay
