#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/terminal_histogram.hpp"
#include "lab/events.hpp"
#include "lab/status_line.hpp"
#include "lab/terminal.hpp"

namespace assay {

/// How a command talks, as typed.
struct ConsoleOptions {
  std::string progress = "auto";
  std::string color = "auto";
  bool quiet = false;  ///< errors only on stderr
};

/// The two streams of a command: the result on stdout, everything else on stderr.
class Console {
 public:
  /// Throws CommandError (usage) for words that are none of the choices.
  explicit Console(const ConsoleOptions& options);

  /// Writes to stdout and makes sure that it arrived. Throws CommandError (file) if it did not: a full disk, or a
  /// reader that went away.
  void result(std::string_view text);

  /// One remark for a person, on stderr; nothing if quiet.
  void note(std::string_view text);
  void warning(std::string_view text);
  /// Always shown.
  void error(std::string_view text);

  /// Follows a measurement: `title` names it in the status line.
  void begin(std::string title);
  void on_event(const Event& event);
  /// `elapsed` since the phase began.
  void tick();
  void end();

  [[nodiscard]] bool shows_progress() const { return progress_ != ProgressMode::none; }
  [[nodiscard]] bool utf8() const { return utf8_; }
  [[nodiscard]] bool color() const { return color_; }
  [[nodiscard]] std::size_t columns() const { return static_cast<std::size_t>(facts_.columns); }
  [[nodiscard]] TextStyle text_style() const;

 private:
  void show();

  TerminalFacts facts_;
  ProgressMode progress_;
  bool color_ = false;
  bool color_stderr_ = false;
  bool utf8_ = false;
  bool quiet_ = false;
  StatusLine status_;
  std::string title_;
  Progress now_;
  std::optional<double> phase_begin_s_;
};

}  // namespace assay
