#pragma once

#include <string>
#include <string_view>

namespace assay {

/// How a long run reports itself on stderr. plain: one line a phase and one every ten seconds, for logs.
enum class ProgressMode { none, plain, bar };

/// What the process can see of the terminal it talks to. Values of the environment; empty where not set.
struct TerminalFacts {
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
  int columns = 80;  ///< of stderr; 80 where it is not a terminal
  std::string term;
  std::string no_color;
  std::string clicolor_force;
  std::string lc_all;
  std::string lc_ctype;
  std::string lang;
};

/// The facts of this process.
[[nodiscard]] TerminalFacts terminal_facts();

/// asked: "auto", "bar", "plain" or "none". A bar is chosen only where stdout and stderr are both terminals (a bar
/// on stderr would tear a table that is piped through `less`) and TERM is not "dumb"; asking for one by name
/// overrides that. Throws std::invalid_argument for any other word.
[[nodiscard]] ProgressMode choose_progress(std::string_view asked, const TerminalFacts& facts);

/// asked: "auto", "always" or "never". Order: the flag, NO_COLOR (set and not empty, https://no-color.org),
/// CLICOLOR_FORCE (set and not "0"), and then whether the stream is a terminal that is not "dumb".
/// Throws std::invalid_argument for any other word.
[[nodiscard]] bool use_color(std::string_view asked, bool stream_is_terminal, const TerminalFacts& facts);

/// Whether the locale's character set is UTF-8: the first of LC_ALL, LC_CTYPE and LANG that is set decides (POSIX).
[[nodiscard]] bool use_utf8(const TerminalFacts& facts);

/// The signs that carry a state beside its colour, never colour alone.
struct Symbols {
  std::string_view ok;
  std::string_view warning;
  std::string_view failure;
  std::string_view not_visible;
  std::string_view absent;
  std::string_view bar_full;
  std::string_view bar_empty;
  std::string_view ellipsis;
};
[[nodiscard]] Symbols symbols(bool utf8);

/// `text` in the colour of the sign, or unchanged where colour is off.
enum class Tone { good, caution, bad, quiet };
[[nodiscard]] std::string colored(std::string_view text, Tone tone, bool color);

/// Terminal cells of a UTF-8 text, one a code point: right for everything this program prints.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace assay
