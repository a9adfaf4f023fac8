#pragma once

#include <span>
#include <vector>

namespace assay {

/// The CPUs on which the calling thread may run, ascending; none if the system does not tell.
[[nodiscard]] std::vector<int> cpus_of_this_thread();

/// Lets the calling thread run on `cpus` only. False, and nothing changed, if the system refuses or names none of them.
[[nodiscard]] bool allow_this_thread(std::span<const int> cpus);

}  // namespace assay
