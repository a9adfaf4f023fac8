#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"
#include "harness/cpu_times.hpp"
#include "loadgen/test_settings.hpp"

namespace assay {

/// Notes what others took of the machine's CPU time between two readings, or why it is not known.
void record_load(RunDocument& document, const std::optional<CpuTimes>& before, const std::optional<CpuTimes>& after);

/// Notes that the work itself ended the run, which is no wish of a person; nothing if `failure` is empty.
void record_failure(RunDocument& document, const std::string& failure, bool stopped_by_a_person);

/// Notes that somebody took CPUs away or gave others while it was measured: changed_masks() of the threads.
void record_changed_cpus(RunDocument& document, const std::vector<std::string>& changes);

/// Notes the windows of first token and token time, which decide the verdict.
void record_token_windows(RunDocument& document, const TestSettings& settings);

}  // namespace assay
