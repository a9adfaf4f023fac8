#include "lab/doctor_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "analysis/format.hpp"
#include "harness/file_source.hpp"
#include "lab/terminal.hpp"

namespace assay {
namespace {

constexpr std::size_t kNarrowest = 60;
constexpr Nanoseconds kShownWork = std::chrono::microseconds{100};

std::string_view sign_of(CheckState state, const Symbols& signs) {
  switch (state) {
    case CheckState::ok:
      return signs.ok;
    case CheckState::note:
      return "i";
    case CheckState::warn:
      return signs.warning;
    case CheckState::stop:
      return signs.failure;
    case CheckState::not_applicable:
      return signs.absent;
    case CheckState::not_visible:
      return signs.not_visible;
  }
  return signs.not_visible;
}

Tone tone_of(CheckState state) {
  switch (state) {
    case CheckState::ok:
      return Tone::good;
    case CheckState::warn:
      return Tone::caution;
    case CheckState::stop:
      return Tone::bad;
    default:
      return Tone::quiet;
  }
}

/// `text` in lines of at most `columns` cells, broken at blanks; a longer word keeps a line of its own.
std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
  std::vector<std::string> lines(1);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!lines.back().empty() && display_width(lines.back()) + 1 + display_width(word) > columns) {
      lines.emplace_back();
    }
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return lines;
}

class Table {
 public:
  Table(const DoctorTableStyle& style, std::size_t key_width)
      : style_(style), signs_(symbols(style.utf8)), key_width_(key_width) {}

  void add(const Finding& finding) {
    const std::string key = finding.check + std::string(key_width_ - display_width(finding.check), ' ');
    const std::string sign = colored(sign_of(finding.state, signs_), tone_of(finding.state), style_.color);
    add_block(fmt::format(" {} {}  ", sign, key), "", finding.fact);
    if (!finding.consequence.empty()) {
      add_block(indent(), style_.utf8 ? "→ " : "-> ", finding.consequence);
    }
    if (!finding.remedy.empty()) {
      add_block(indent(), "fix:  ", finding.remedy);
    }
    if (!finding.undo.empty()) {
      add_block(indent(), "undo: ", finding.undo);
    }
  }

  void add_paragraph(const std::string& text) {
    for (const auto& line : wrapped(text, columns())) {
      text_ += line + "\n";
    }
  }

  void add_empty_line() { text_ += "\n"; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] std::size_t columns() const { return std::max(style_.columns, kNarrowest); }
  [[nodiscard]] std::string indent() const { return std::string(key_width_ + 5, ' '); }

  /// `start` on the first line, blanks of the same width on the others.
  void add_block(const std::string& start, const std::string& label, const std::string& text) {
    const std::size_t used = indent().size() + display_width(label);
    const auto lines = wrapped(text, columns() - std::min(used, columns() - 1));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      text_ += (i == 0 ? start + label : std::string(used, ' ')) + lines[i] + "\n";
    }
  }

  DoctorTableStyle style_;
  Symbols signs_;
  std::size_t key_width_;
  std::string text_;
};

std::string jitter_text(const DoctorReport& report, Charset charset) {
  const JitterReport& jitter = report.jitter;
  const auto duration = [charset](Nanoseconds value) { return format_duration(seconds(value), charset); };
  const Nanoseconds delay = p99_delay(jitter, kShownWork);
  return fmt::format(
      "Jitter probe of {} on CPU {}: {} gaps above {}, {} above {}, {} above {}; longest {}; {} of the time lost. By "
      "the "
      "single-gap formula a task of {} is delayed by {} at P99.",
      duration(jitter.duration), report.probed_cpu, format_count(jitter.gaps_over_10us),
      duration(std::chrono::microseconds{10}), format_count(jitter.gaps_over_100us), duration(kShownWork),
      format_count(jitter.gaps_over_1ms), duration(std::chrono::milliseconds{1}), duration(jitter.max_gap),
      format_percent(jitter.lost_share()), duration(kShownWork),
      delay == kNever ? std::string{"more than the probe could see"} : "up to " + duration(delay));
}

std::string counts_text(const std::vector<Finding>& findings) {
  struct Named {
    CheckState state;
    const char* name;
  };
  constexpr std::array kStates{
      Named{CheckState::stop, "stop"},          Named{CheckState::warn, "warn"},
      Named{CheckState::note, "note"},          Named{CheckState::ok, "ok"},
      Named{CheckState::not_applicable, "n/a"}, Named{CheckState::not_visible, "not visible here"}};
  std::vector<std::string> parts;
  for (const auto& named : kStates) {
    const auto count = std::count_if(findings.begin(), findings.end(),
                                     [&named](const Finding& finding) { return finding.state == named.state; });
    parts.push_back(fmt::format("{} {}", count, named.name));
  }
  return fmt::format("{} checks: {}.", findings.size(), fmt::join(parts, ", "));
}

}  // namespace

std::string doctor_table(const DoctorReport& report, const DoctorTableStyle& style) {
  std::size_t key_width = 0;
  for (const auto& finding : report.findings) {
    key_width = std::max(key_width, display_width(finding.check));
  }
  Table table(style, key_width);
  for (const auto& finding : report.findings) {
    table.add(finding);
  }
  table.add_empty_line();
  table.add_paragraph(jitter_text(report, style.utf8 ? Charset::utf8 : Charset::ascii));
  table.add_paragraph(counts_text(report.findings));
  table.add_empty_line();
  table.add_paragraph("Verdict: " + report.verdict);
  return table.text();
}

bool strict_failure(const DoctorReport& report) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [](const Finding& finding) { return finding.state == CheckState::stop; });
}

}  // namespace assay
