#pragma once

#include <signal.h>

namespace assay {

/// Catches SIGINT, SIGTERM and SIGHUP while it lives: they are blocked, and counted only inside a wait that uses
/// wait_mask(), so that none is lost between a look and a wait, unless count_at_once() says otherwise. SIGPIPE is
/// ignored: a closed stdout is an error of a write, not the end of a measurement. One at a time in a process.
class Interrupts {
 public:
  Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

  /// How often an end was asked for so far; signals within 0.3 s of each other count once.
  [[nodiscard]] int count() const;
  /// From here on signals are counted as they come, in every thread that starts from now on too, and the second wish
  /// ends the process: for work that looks at count() now and then, and must not hold a person up.
  void count_at_once();
  [[nodiscard]] const sigset_t* wait_mask() const { return &previous_; }

 private:
  sigset_t previous_{};
};

}  // namespace assay
