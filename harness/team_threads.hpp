#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace assay {

/// Runs body(0) on the calling thread and body(1) to body(count - 1) on further threads, all at once, and returns when
/// all have returned. By OpenMP, whose threads persist from call to call; by std::thread under the thread sanitizer,
/// which cannot see how libgomp orders memory. `body` must not throw.
void run_team_threads(std::size_t count, const std::function<void(std::size_t thread)>& body);

/// "OpenMP 201511" (the date of the standard) or "std::thread".
[[nodiscard]] std::string team_threads_runtime();

}  // namespace assay
