#include "lab/machine_turn.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <ctime>
#include <filesystem>
#include <utility>
#include <variant>

#include "lab/command_error.hpp"

namespace assay {

MachineLock take_machine(const std::string& what, bool wait, Console& console, const Interrupts& interrupts) {
  bool said = false;
  while (true) {
    auto attempt = MachineLock::try_acquire(std::filesystem::temp_directory_path(), what);
    if (auto* lock = std::get_if<MachineLock>(&attempt)) {
      return std::move(*lock);
    }
    const std::string& holder = std::get<LockBusy>(attempt).holder;
    if (!wait) {
      throw CommandError(ExitCode::environment_refused,
                         fmt::format("another measurement runs on this machine ({}); two at a time measure each other. "
                                     "--wait waits for it",
                                     holder));
    }
    if (!said) {
      console.note("waiting for another measurement on this machine: " + holder);
      said = true;
    }
    constexpr timespec kLookAgain{.tv_sec = 1, .tv_nsec = 0};
    ppoll(nullptr, 0, &kLookAgain, interrupts.wait_mask());
    if (interrupts.count() > 0) {
      throw CommandError(ExitCode::interrupted, "interrupted while waiting; nothing was measured");
    }
  }
}

}  // namespace assay
