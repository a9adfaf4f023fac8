#pragma once

#include <string>

#include "lab/console.hpp"
#include "lab/interrupts.hpp"
#include "lab/machine_lock.hpp"

namespace assay {

/// The machine's lock, for `what`. Where another measurement has it: waits for it if `wait`, which an interrupt ends.
/// Throws CommandError: environment_refused without `wait`, interrupted.
[[nodiscard]] MachineLock take_machine(const std::string& what, bool wait, Console& console,
                                       const Interrupts& interrupts);

}  // namespace assay
