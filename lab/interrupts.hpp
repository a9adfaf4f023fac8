#pragma once

#include <signal.h>

namespace assay {

/// Catches SIGINT, SIGTERM and SIGHUP while it lives: they are blocked, and counted only inside a wait that uses
/// wait_mask(), so that none is lost between a look and a wait. SIGPIPE is ignored: a closed stdout is an error of a
/// write, not the end of a measurement. One at a time in a process.
class Interrupts {
 public:
  Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

  /// How often an end was asked for so far; signals within 0.3 s of each other count once.
  [[nodiscard]] int count() const;
  /// Whether an end was asked for, also by a signal that no wait has taken yet. A system call.
  [[nodiscard]] bool asked();
  [[nodiscard]] const sigset_t* wait_mask() const { return &previous_; }

 private:
  sigset_t previous_{};
};

}  // namespace assay
