#include "analysis/report_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/dose_verdict.hpp"
#include "analysis/experiment_records.hpp"
#include "analysis/frames_text.hpp"
#include "analysis/remote_json.hpp"
#include "analysis/report_sentences.hpp"
#include "analysis/run_mark.hpp"
#include "analysis/serving_text.hpp"
#include "analysis/soak_text.hpp"
#include "analysis/tail_attribution.hpp"
#include "analysis/tail_records.hpp"

namespace assay {
namespace {

std::string coloured(std::string_view text, int ansi_colour, const TextStyle& style) {
  return style.colour ? fmt::format("\x1b[1;{}m{}\x1b[0m", ansi_colour, text) : std::string(text);
}

constexpr int kRed = 31;
constexpr int kGreen = 32;
constexpr int kYellow = 33;

class Block {
 public:
  Block(const RunDocument& run, const TextStyle& style) : run_(run), style_(style) {}

  /// A line of numbers: it carries the mark of its run.
  void numbers(std::string_view label, std::string_view text) {
    add(fmt::format("{}{:<9}{}", mark_of(run_).before(" "), label, text));
  }

  void add(std::string_view line) { text_ += fmt::format(" {}\n", printable_text(line, style_.charset)); }
  void add_raw(std::string_view lines) { text_ += lines; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  const RunDocument& run_;
  const TextStyle& style_;
  std::string text_;
};

void add_frames(Block& block, const RunDocument& run, const TextStyle& style) {
  const FramesRecord& frames = *run.frames;
  block.numbers("frames", streams_sentence(run));
  block.numbers("missed", misses_sentence(run, style.charset));
  if (frames.triggers > 0) {
    block.numbers("trigger", "slowest frame " + frame_percentiles_sentence(frames.trigger_latency_s, style.charset));
  }
  if (frames.dropped > 0 || frames.triggers > 0) {
    block.numbers("computed", frame_percentiles_sentence(frames.computed_latency_s, style.charset));
  }
  if (frames.display) {
    block.numbers("display", display_sentence(*frames.display, style.charset));
    block.numbers("work", frame_split_sentence(*frames.display, style.charset));
    block.numbers("kept", kept_fps_sentence(run));
    block.numbers("power", frame_power_sentence(run));
  }
}

std::string title_line(const RunDocument& run, const TextStyle& style) {
  const bool utf8 = style.charset == Charset::utf8;
  const std::string sign = run.valid ? (utf8 ? "✓ " : "") : (utf8 ? "✗ " : "");
  const std::string verdict = coloured(sign + verdict_word(run), run.valid ? kGreen : kRed, style);
  const std::string words = printable_text(mark_of(run).before("  "), style.charset);
  const std::string mark = words.empty() ? "" : coloured(words, kYellow, style);
  return fmt::format("{}  {}  {}n={}  {}  {}\n", scenario_title(run),
                     printable_text(workload_title(run), style.charset), mark,
                     format_count(is_one_batch(run) ? run.sample_count : run.query_count),
                     format_duration(run.duration_s, style.charset), verdict);
}

void add_distribution(Block& block, const RunDocument& run, const TextStyle& style) {
  if (is_one_batch(run)) {
    block.numbers("latency",
                  fmt::format("none per request: one query of {} samples was complete after {}",
                              format_count(run.sample_count), format_duration(run.duration_s, style.charset)));
    return;
  }
  block.add_raw(terminal_histogram(run.latency, style));
  block.numbers("latency", latency_sentence(run.latency, style.charset));
  if (const std::string missing = missing_interval_sentence(run.latency); !missing.empty()) {
    block.add(fmt::format("{:<9}{}", "", missing));
  }
}

void add_verdict(Block& block, const RunDocument& run, const TextStyle& style) {
  for (const InvalidReason& reason : run.invalid_reasons) {
    block.add(fmt::format("INVALID: {}", reason.message));
    if (!reason.remedy.empty()) {
      block.add(fmt::format("    try: {}", reason.remedy));
    }
  }
  for (const std::string& warning : run.warnings) {
    block.add(fmt::format("warning: {}", warning));
  }
  if (!run.stored_hash.empty() && !run.hash_matches) {
    block.add_raw(
        coloured(" warning: the file was changed after it was written (its hash does not match)\n", kYellow, style));
  }
}

/// What our own sentences hold beyond ASCII, for a terminal that has no more than that.
struct Spelling {
  std::string_view utf8;
  std::string_view ascii;
};
constexpr std::array kSpelt{Spelling{"µ", "u"}, Spelling{"∞", "inf"},  Spelling{"…", "..."},
                            Spelling{"–", "-"}, Spelling{"°", "deg "}, Spelling{"·", "*"}};

/// Bytes of the character that begins here, which may be no UTF-8: then 1.
std::size_t length_of_character(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && length < 4 && (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80U) {
    ++length;
  }
  return (static_cast<unsigned char>(text.front()) & 0xc0U) == 0xc0U ? length : 1;
}

}  // namespace

std::string printable_text(std::string_view text, Charset charset) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::string_view rest = text.substr(i);
    if (charset == Charset::ascii && byte > 0x7f) {
      const auto known =
          std::ranges::find_if(kSpelt, [rest](const Spelling& one) { return rest.starts_with(one.utf8); });
      out += known == kSpelt.end() ? "?" : known->ascii;
      i += length_of_character(rest) - 1;
      continue;
    }
    const bool control = byte < 0x20 || byte == 0x7f;
    // U+202A..U+202E and U+2066..U+2069 turn the direction of what follows: E2 80 AA..AE, E2 81 A6..A9 in UTF-8.
    const std::string_view three = rest.substr(0, 3);
    const bool turns =
        (three >= "\xe2\x80\xaa" && three <= "\xe2\x80\xae") || (three >= "\xe2\x81\xa6" && three <= "\xe2\x81\xa9");
    out += control || turns ? '?' : text[i];
    if (turns) {
      i += 2;
    }
  }
  return out;
}

std::string run_summary_text(const RunDocument& run, const TextStyle& style) {
  Block block(run, style);
  block.add_raw(title_line(run, style));
  add_distribution(block, run, style);
  block.numbers("result", headline_sentence(run, style.charset));
  block.numbers("rate", rate_sentence(run));
  if (run.slo_s && !is_one_batch(run)) {
    block.numbers("window", window_sentence(run, style.charset));
  }
  if (run.frames) {
    add_frames(block, run, style);
  }
  for (const auto& [label, sentence] : serving_sentences(run, style.charset)) {
    block.numbers(label, sentence);
  }
  if (run.emulated) {
    block.numbers("clock", emulation_sentence(*run.emulated));
  }
  for (const DoseRecord& dose : run.interference) {
    block.numbers("injected", dose_sentence(dose));
  }
  if (run.first_token) {
    block.numbers("ttft", latency_sentence(*run.first_token, style.charset));
  }
  if (run.token_time) {
    block.numbers("tpot", latency_sentence(*run.token_time, style.charset));
  }
  if (run.remote) {
    block.numbers("client", remote_sentence(*run.remote, style.charset));
  }
  if (run.hedging) {
    block.numbers("hedging", hedging_sentence(*run.hedging, style.charset));
  }
  if (run.math_peek) {
    block.numbers("formula", run.math_peek->finding);
  }
  if (run.fleet) {
    block.numbers("fleet", fleet_sentence(*run.fleet));
  }
  if (run.attribution) {
    block.numbers("causes", attribution_sentence(*run.attribution));
  }
  block.add_raw(soak_text(run, style));
  if (run.lateness.p99_s) {
    block.numbers("lateness", lateness_sentence(run, style.charset));
  }
  block.add(fmt::format("{:<9}{}", "output", run.output_check.empty() ? "not checked" : run.output_check));
  for (const auto& [code, count] : run.errors) {
    block.add(fmt::format("{:<9}{}: {}", "error", code, format_count(count)));
  }
  add_verdict(block, run, style);
  return block.take();
}

}  // namespace assay
