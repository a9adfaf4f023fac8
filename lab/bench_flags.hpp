#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/prepared_kernels.hpp"

namespace assay {

/// The value of one of Google Benchmark's own flags, found as it finds it: the last `--NAME=VALUE` of the arguments
/// (empty for a bare `--NAME`), else the environment variable of that name in capitals; nothing if there is neither.
[[nodiscard]] std::optional<std::string> bench_flag(const std::vector<std::string>& arguments, std::string_view name);

/// Whether a flag of Google Benchmark with this value is on: it calls 0, f, n, false, no and off false.
[[nodiscard]] bool is_on(const std::optional<std::string>& value);

/// "gemm:n=512,dtype=f64". Throws std::invalid_argument with one line naming what is wrong and what there is.
/// Values are checked when the kernel is made.
[[nodiscard]] KernelChoice kernel_choice_from(const std::string& text);
/// The same, with the flag --kernel in what it throws.
[[nodiscard]] KernelChoice parse_kernel_choice(const std::string& text);

}  // namespace assay
