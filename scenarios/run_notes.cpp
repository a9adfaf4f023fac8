#include "scenarios/run_notes.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <vector>

namespace assay {

void record_load(RunDocument& document, const std::optional<CpuTimes>& before, const std::optional<CpuTimes>& after) {
  const auto shares = before && after ? load_between(*before, *after, sysconf(_SC_CLK_TCK)) : std::nullopt;
  if (shares) {
    document.steal_share = shares->steal;
    document.foreign_cpu_share = shares->foreign;
    return;
  }
  const std::string reason =
      before && after ? "the measured part was shorter than one tick of /proc/stat" : "/proc/stat is hidden here";
  document.not_available["quality.steal_share"] = reason;
  document.not_available["quality.foreign_cpu_share"] = reason;
}

void record_failure(RunDocument& document, const std::string& failure, bool stopped_by_a_person) {
  if (failure.empty()) {
    return;
  }
  if (!stopped_by_a_person) {
    document.interrupted = false;
    std::erase_if(document.invalid_reasons, [](const InvalidReason& reason) { return reason.code == "interrupted"; });
  }
  document.valid = false;
  document.invalid_reasons.insert(
      document.invalid_reasons.begin(),
      {.code = "workload_failed",
       .message = failure,
       .remedy =
           "mend the workload: docs/custom-workloads.md has what it must do, docs/driving-servers.md for a server"});
}

void record_changed_cpus(RunDocument& document, const std::vector<std::string>& changes) {
  if (changes.empty()) {
    return;
  }
  document.valid = false;
  document.invalid_reasons.push_back(
      {.code = "cpus_changed",
       .message = fmt::format("the CPUs of the measurement were changed while it ran ({})", fmt::join(changes, "; ")),
       .remedy = "run again, and leave affinity, cpusets and CPUs alone meanwhile"});
}

void record_token_windows(RunDocument& document, const TestSettings& settings) {
  const auto note = [&](const char* name, const std::optional<Nanoseconds>& window) {
    if (window) {
      document.workload_parameters[name] = fmt::format("{:g}", seconds(*window));
    }
  };
  note("ttft_window_s", settings.target_first_token);
  note("tpot_window_s", settings.target_token_time);
}

}  // namespace assay
