#pragma once

#include <optional>
#include <string>

#include "harness/file_source.hpp"

namespace assay {

/// Gives the calling thread SCHED_FIFO of this priority. Nothing if it has it now, else the system's message.
[[nodiscard]] std::optional<std::string> take_realtime_priority(int priority);

/// Makes the calling thread an ordinary one again.
void leave_realtime_priority() noexcept;

/// Why a thread that may be busy for long should not, or cannot, have SCHED_FIFO of this priority here; nothing if it
/// can. Tries it on a thread of its own. Where the kernel's limit for real-time threads is switched off the answer is
/// no: a busy worker would then keep its CPU from everything else, for ever.
[[nodiscard]] std::optional<std::string> realtime_refusal(int priority, const FileSource& files);

}  // namespace assay
