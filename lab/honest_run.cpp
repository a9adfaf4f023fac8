#include "lab/honest_run.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "lab/command_error.hpp"

namespace assay {

void require_honest(const RunDocument& run) {
  constexpr std::array<std::string_view, 9> kFaults{"output_check", "threw",           "duplicate",
                                                    "unknown_id",   "after_end",       "failed",
                                                    "clock_step",   "workload_failed", "cpus_changed"};
  for (const InvalidReason& reason : run.invalid_reasons) {
    if (std::ranges::find(kFaults, reason.code) != kFaults.end()) {
      throw CommandError(ExitCode::run_invalid, "a run is INVALID: " + reason.message);
    }
  }
}

}  // namespace assay
