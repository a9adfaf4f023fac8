#include "lab/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "harness/environment.hpp"

namespace assay {
namespace {

int columns_of(int descriptor) {
  winsize size{};
  constexpr int kUsual = 80;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

[[noreturn]] void refuse(std::string_view flag, std::string_view asked, std::string_view accepted) {
  throw std::invalid_argument(std::string(flag) + " \"" + std::string(asked) + "\": expected " + std::string(accepted));
}

}  // namespace

TerminalFacts terminal_facts() {
  return {.stdout_is_terminal = isatty(STDOUT_FILENO) == 1,
          .stderr_is_terminal = isatty(STDERR_FILENO) == 1,
          .columns = columns_of(STDERR_FILENO),
          .term = environment_value("TERM"),
          .no_color = environment_value("NO_COLOR"),
          .clicolor_force = environment_value("CLICOLOR_FORCE"),
          .lc_all = environment_value("LC_ALL"),
          .lc_ctype = environment_value("LC_CTYPE"),
          .lang = environment_value("LANG")};
}

ProgressMode choose_progress(std::string_view asked, const TerminalFacts& facts) {
  if (asked == "none") {
    return ProgressMode::none;
  }
  if (asked == "plain") {
    return ProgressMode::plain;
  }
  if (asked == "bar") {
    return ProgressMode::bar;
  }
  if (asked != "auto") {
    refuse("--progress", asked, "auto, bar, plain or none");
  }
  const bool can_redraw = facts.stdout_is_terminal && facts.stderr_is_terminal && facts.term != "dumb";
  return can_redraw ? ProgressMode::bar : ProgressMode::plain;
}

bool use_color(std::string_view asked, bool stream_is_terminal, const TerminalFacts& facts) {
  if (asked == "always") {
    return true;
  }
  if (asked == "never") {
    return false;
  }
  if (asked != "auto") {
    refuse("--color", asked, "auto, always or never");
  }
  if (!facts.no_color.empty()) {
    return false;
  }
  if (!facts.clicolor_force.empty() && facts.clicolor_force != "0") {
    return true;
  }
  return stream_is_terminal && facts.term != "dumb";
}

bool use_utf8(const TerminalFacts& facts) {
  std::string locale = !facts.lc_all.empty() ? facts.lc_all : !facts.lc_ctype.empty() ? facts.lc_ctype : facts.lang;
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

Symbols symbols(bool utf8) {
  if (utf8) {
    return {.ok = "✓",
            .warning = "!",
            .failure = "✗",
            .not_visible = "?",
            .absent = "–",
            .bar_full = "█",
            .bar_empty = "░",
            .ellipsis = "…"};
  }
  return {.ok = "+",
          .warning = "!",
          .failure = "x",
          .not_visible = "?",
          .absent = "-",
          .bar_full = "#",
          .bar_empty = ".",
          .ellipsis = "..."};
}

std::string colored(std::string_view text, Tone tone, bool color) {
  if (!color) {
    return std::string(text);
  }
  const char* code = "";
  switch (tone) {
    case Tone::good:
      code = "32";
      break;
    case Tone::caution:
      code = "33";
      break;
    case Tone::bad:
      code = "31";
      break;
    case Tone::quiet:
      code = "2";
      break;
  }
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

std::size_t display_width(std::string_view text) {
  // Continuation bytes of UTF-8 are 10xxxxxx.
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace assay
