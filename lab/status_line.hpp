#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "harness/time.hpp"
#include "lab/terminal.hpp"

namespace assay {

/// How far a run is. What is not known is absent and is not shown.
struct Progress {
  std::string phase;                       ///< "server", "warm-up"; a change of it starts a new line of a log
  Nanoseconds elapsed{0};                  ///< since the phase began
  std::optional<Nanoseconds> expected;     ///< how long the phase should take; without it no share and no ETA
  std::optional<std::uint64_t> completed;  ///< queries so far
  std::string note;                        ///< e.g. "p99 7.30 ms"
};

/// Elapsed share of the expected time, 0 to 1; absent where the expected time is not known or not positive.
[[nodiscard]] std::optional<double> share_done(const Progress& progress);

/// "8 s", "1 min 05 s", "2 h 05 min": rounded up to whole seconds, so that "0 s" means done.
[[nodiscard]] std::string countdown(Nanoseconds remaining);

/// "24,576"
[[nodiscard]] std::string grouped(std::uint64_t count);

/// One line, no newline, at most `columns` cells wide: phase, bar, share, ETA, count, note. What does not fit is
/// dropped from the right; the phase is cut last.
[[nodiscard]] std::string status_text(const Progress& progress, int columns, bool utf8);

/// The same facts as one line of a log.
[[nodiscard]] std::string plain_text(const Progress& progress);

/// Writes progress to a stream by the mode's rules. It owns no clock: the time is what Progress::elapsed says.
class StatusLine {
 public:
  StatusLine(std::ostream& out, ProgressMode mode, int columns, bool utf8);

  void update(const Progress& progress);

  /// Takes the bar off the terminal; call it before other text is written. Nothing in the other modes.
  void clear();

 private:
  std::ostream& out_;
  ProgressMode mode_;
  int columns_;
  bool utf8_;
  bool bar_shown_ = false;
  std::string plain_phase_;
  std::optional<Nanoseconds> plain_elapsed_;
};

}  // namespace assay
