#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// "80.3 bursts/s", "37.5 %", "2.00 GB/s": a dose in the unit that DoseRecord names.
[[nodiscard]] std::string dose_amount(std::string_view unit, double value);

/// "noise 80 bursts/s of 1.00 ms": what was asked for, as a name.
[[nodiscard]] std::string dose_label(const DoseRecord& dose);

/// "noise: 80 bursts/s of 1 ms asked, 79.4 delivered (CPU 1, SCHED_FIFO 60)"
[[nodiscard]] std::string dose_sentence(const DoseRecord& dose);

/// Whether a card was loaded: then "cpu_share" is the share of its time, by its own clock.
[[nodiscard]] bool loaded_gpu(const DoseRecord& dose);
/// Whether a process did that through a context of its own: then that share counts the victim's time slices as well,
/// and the process took time of the host's CPUs that no record has.
[[nodiscard]] bool is_in_own_context(const DoseRecord& dose);

/// One reason, code "dose", for each knob that did not deliver what was asked: the run says nothing of that dose.
[[nodiscard]] std::vector<InvalidReason> dose_problems(const std::vector<DoseRecord>& doses);

}  // namespace assay
