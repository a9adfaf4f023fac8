#include "lab/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <stdexcept>

#include "harness/steady_clock.hpp"
#include "lab/command_error.hpp"
#include "lab/terminal_text.hpp"

namespace assay {

namespace {

ProgressMode progress_mode(const ConsoleOptions& options, const TerminalFacts& facts) {
  try {
    return options.quiet ? ProgressMode::none : choose_progress(options.progress, facts);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--progress: {}", error.what()));
  }
}

bool color_of(const ConsoleOptions& options, bool is_terminal, const TerminalFacts& facts) {
  try {
    return use_color(options.color, is_terminal, facts);
  } catch (const std::invalid_argument& error) {
    throw CommandError(ExitCode::usage, fmt::format("--color: {}", error.what()));
  }
}

double now_s() { return seconds(SteadyClock().now().time_since_epoch()); }

}  // namespace

Console::Console(const ConsoleOptions& options)
    : facts_(terminal_facts()),
      progress_(progress_mode(options, facts_)),
      color_(color_of(options, facts_.stdout_is_terminal, facts_)),
      color_stderr_(color_of(options, facts_.stderr_is_terminal, facts_)),
      utf8_(use_utf8(facts_)),
      quiet_(options.quiet),
      status_(std::cerr, progress_, facts_.columns, utf8_) {}

TextStyle Console::text_style() const {
  constexpr int kWidest = 60;
  constexpr int kNarrowest = 20;
  constexpr int kBesideTheBars = 24;  // the ends of the axis
  return {.charset = utf8_ ? Charset::utf8 : Charset::ascii,
          .colour = color_,
          .columns = std::clamp(facts_.columns - kBesideTheBars, kNarrowest, kWidest)};
}

void Console::result(std::string_view text) {
  status_.clear();
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    if (errno == EIO && facts_.stdout_is_terminal) {  // it was closed: SIGHUP says so, and nobody is left to read
      return;
    }
    throw CommandError(ExitCode::file, fmt::format("stdout: {}", std::strerror(errno)));
  }
}

void Console::note(std::string_view text) {
  if (!quiet_) {
    status_.clear();
    std::cerr << without_controls(text) << '\n';
  }
}

void Console::warning(std::string_view text) {
  if (!quiet_) {
    status_.clear();
    std::cerr << colored(symbols(utf8_).warning, Tone::caution, color_stderr_) << ' ' << without_controls(text) << '\n';
  }
}

void Console::error(std::string_view text) {
  status_.clear();
  std::cerr << "assay: " << without_controls(text) << '\n';
}

void Console::begin(std::string title) {
  title_ = std::move(title);
  phase_begin_s_.reset();
  now_ = {};
}

void Console::on_event(const Event& event) {
  switch (event.kind) {
    case Event::Kind::phase:
      phase_begin_s_ = now_s();
      now_ = {.phase = title_.empty() ? event.text : title_ + ": " + event.text,
              .expected = event.expected_s ? std::optional(from_seconds(*event.expected_s)) : std::nullopt};
      show();
      break;
    case Event::Kind::progress:
      now_.completed = event.settled;
      show();
      break;
    case Event::Kind::warning:  // the result says it again, beside the numbers that it touches
    case Event::Kind::result:
    case Event::Kind::error:
      break;
  }
}

void Console::tick() {
  if (phase_begin_s_) {
    show();
  }
}

void Console::end() {
  phase_begin_s_.reset();
  status_.clear();
}

void Console::show() {
  now_.elapsed = from_seconds(now_s() - *phase_begin_s_);
  status_.update(now_);
}

}  // namespace assay
