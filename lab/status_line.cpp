#include "lab/status_line.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <vector>

namespace assay {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr Nanoseconds kPlainInterval = std::chrono::seconds{10};
constexpr int kBarCells = 20;

std::string two_digits(std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

std::string bar(double share, const Symbols& sign) {
  const auto full = static_cast<int>(std::lround(share * kBarCells));
  std::string text;
  for (int cell = 0; cell < kBarCells; ++cell) {
    text += cell < full ? sign.bar_full : sign.bar_empty;
  }
  return text;
}

std::string percent(double share) { return std::to_string(static_cast<int>(share * 100.0)) + " %"; }

/// The first `cells` code points.
std::string cut(const std::string& text, std::size_t cells) {
  std::size_t seen = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && seen++ == cells) {
      return text.substr(0, at);
    }
  }
  return text;
}

/// The parts after the phase, most wanted first.
std::vector<std::string> parts(const Progress& progress) {
  std::vector<std::string> result;
  if (const std::optional<double> share = share_done(progress)) {
    result.push_back(percent(*share));
    result.push_back(*share < 1.0 ? "ETA " + countdown(*progress.expected - progress.elapsed) : "finishing");
  } else if (progress.elapsed >= std::chrono::seconds{1}) {  // a phase that has just begun has nothing to tell
    result.push_back(countdown(progress.elapsed));
  }
  if (progress.completed) {
    result.push_back("n=" + grouped(*progress.completed));
  }
  if (!progress.note.empty()) {
    result.push_back(progress.note);
  }
  return result;
}

}  // namespace

std::optional<double> share_done(const Progress& progress) {
  if (!progress.expected || *progress.expected <= Nanoseconds::zero()) {
    return std::nullopt;
  }
  return std::clamp(seconds(progress.elapsed) / seconds(*progress.expected), 0.0, 1.0);
}

std::string countdown(Nanoseconds remaining) {
  const std::int64_t nanoseconds = std::max<std::int64_t>(remaining.count(), 0);
  const std::int64_t whole = nanoseconds / kNanosecondsPerSecond + (nanoseconds % kNanosecondsPerSecond != 0 ? 1 : 0);
  if (whole < 60) {
    return std::to_string(whole) + " s";
  }
  if (whole < 3600) {
    return std::to_string(whole / 60) + " min " + two_digits(whole % 60) + " s";
  }
  return std::to_string(whole / 3600) + " h " + two_digits(whole % 3600 / 60) + " min";
}

std::string grouped(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) {
    text.insert(at - 3, ",");
  }
  return text;
}

std::string status_text(const Progress& progress, int columns, bool utf8) {
  const Symbols sign = symbols(utf8);
  const auto limit = static_cast<std::size_t>(std::max(columns, 1));
  if (display_width(progress.phase) > limit) {
    const std::size_t room = limit > display_width(sign.ellipsis) ? limit - display_width(sign.ellipsis) : limit;
    return cut(cut(progress.phase, room) + std::string(sign.ellipsis), limit);
  }
  std::string line = progress.phase;
  std::vector<std::string> wanted = parts(progress);
  if (const std::optional<double> share = share_done(progress)) {
    wanted.front() = bar(*share, sign) + " " + wanted.front();
  }
  for (const std::string& part : wanted) {
    const std::string longer = line + "  " + part;
    if (display_width(longer) > limit) {
      break;
    }
    line = longer;
  }
  return line;
}

std::string plain_text(const Progress& progress) {
  std::string line = progress.phase;
  for (const std::string& part : parts(progress)) {
    line += "  " + part;
  }
  return line;
}

StatusLine::StatusLine(std::ostream& out, ProgressMode mode, int columns, bool utf8)
    : out_(out), mode_(mode), columns_(columns), utf8_(utf8) {}

void StatusLine::update(const Progress& progress) {
  if (mode_ == ProgressMode::bar) {
    // One column stays free: a full last column makes some terminals wrap, and the next line could not erase it.
    out_ << '\r' << status_text(progress, columns_ - 1, utf8_) << "\033[K" << std::flush;
    bar_shown_ = true;
    return;
  }
  if (mode_ == ProgressMode::none) {
    return;
  }
  const bool new_phase = !plain_elapsed_ || progress.phase != plain_phase_;
  if (new_phase || progress.elapsed - *plain_elapsed_ >= kPlainInterval) {
    out_ << plain_text(progress) << '\n' << std::flush;
    plain_phase_ = progress.phase;
    plain_elapsed_ = progress.elapsed;
  }
}

void StatusLine::clear() {
  if (bar_shown_) {
    out_ << "\r\033[K" << std::flush;
    bar_shown_ = false;
  }
}

}  // namespace assay
