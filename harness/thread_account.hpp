#pragma once

#include <vector>

#include "harness/counter_set.hpp"
#include "harness/file_source.hpp"

namespace assay {

/// What the kernel keeps about every thread without counters or permission, as totals since the thread began:
/// task clock, context switches and page faults, and migrations where /proc/thread-self/sched shows them. In the
/// order of CounterEvent. Throws std::runtime_error naming the call if the system refuses it.
[[nodiscard]] std::vector<CounterReading> read_thread_account(const FileSource& files);

/// `now` - `then` for each reading that both have; the reason of `now` for the others.
[[nodiscard]] std::vector<CounterReading> account_since(const std::vector<CounterReading>& then,
                                                        std::vector<CounterReading> now);

}  // namespace assay
