#include "analysis/soak_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "analysis/report_text.hpp"
#include "analysis/run_mark.hpp"
#include "analysis/soak_sentences.hpp"
#include "analysis/terminal_canvas.hpp"

namespace assay {
namespace {

constexpr int kCurveRows = 3;
constexpr std::size_t kMostEvidence = 2;

/// Lines under labels, as those of the rest of the summary.
class Lines {
 public:
  Lines(const RunDocument& run, const TextStyle& style) : run_(run), style_(style) {}

  void add(std::string_view label, std::string_view text) {
    text_ += printable_text(fmt::format(" {}{:<9}{}", mark_of(run_).before(" "), label, text), style_.charset);
    text_ += "\n";
  }
  /// What holds letters of our own only.
  void add_raw(std::string_view line) {
    text_ += fmt::format(" {}{:<9}{}\n", printable_text(mark_of(run_).before(" "), style_.charset), "", line);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  const RunDocument& run_;
  const TextStyle& style_;
  std::string text_;
};

double highest_throughput(const SoakRecord& soak) {
  double highest = 0.0;
  for (const SoakPoint& point : soak.points) {
    highest = std::max(highest, point.throughput_per_s);
  }
  return highest;
}

void add_curve(Lines& lines, const SoakRecord& soak, const TextStyle& style) {
  const std::vector<std::string> curve = throughput_curve(soak, style);
  if (curve.empty()) {
    return;
  }
  for (const std::string& line : curve) {
    lines.add_raw(line);
  }
  lines.add("", fmt::format("throughput from 0 to {}, over {}", format_rate(highest_throughput(soak), "queries/s"),
                            format_duration(static_cast<double>(soak.points.size()) * soak.period_s, style.charset)));
}

}  // namespace

std::vector<std::string> throughput_curve(const SoakRecord& soak, const TextStyle& style) {
  const double highest = highest_throughput(soak);
  if (soak.points.size() < 2 || highest <= 0.0 || style.columns < 1) {
    return {};
  }
  TerminalCanvas canvas(style.columns, kCurveRows, style.charset);
  const auto place = [&](double rate) { return (1.0 - rate / highest) * (kCurveRows - 0.25); };
  const auto dots = static_cast<std::size_t>(style.columns) * 2;  // side by side in the cells
  std::size_t begin = 0;
  for (std::size_t column = 0; column < dots; ++column) {
    const std::size_t end = (column + 1) * soak.points.size() / dots;
    const std::size_t first = std::min(begin, soak.points.size() - 1);
    const auto [least, greatest] = std::minmax_element(
        soak.points.begin() + static_cast<std::ptrdiff_t>(first),
        soak.points.begin() + static_cast<std::ptrdiff_t>(std::max(end, first + 1)),
        [](const SoakPoint& a, const SoakPoint& b) { return a.throughput_per_s < b.throughput_per_s; });
    const double x = (static_cast<double>(column) + 0.5) / 2.0;
    canvas.line(x, place(least->throughput_per_s), x, kCurveRows);
    canvas.dot(x, place(greatest->throughput_per_s));
    begin = end;
  }
  return canvas.lines();
}

std::string soak_text(const RunDocument& run, const TextStyle& style) {
  if (!run.soak) {
    return "";
  }
  const SoakRecord& soak = *run.soak;
  Lines lines(run, style);
  lines.add("soak", soak_verdict_word(soak));
  for (std::size_t i = 0; i < std::min(kMostEvidence, soak.verdict.evidence.size()); ++i) {
    lines.add("", soak.verdict.evidence[i]);
  }
  const bool burst_only = soak.audit && soak.audit->burst_only;
  lines.add("loops", "stability " + stability_sentence(soak));
  lines.add("level", (burst_only ? "at the end " : "sustained ") + sustained_sentence(soak));
  add_curve(lines, soak, style);
  lines.add("throttle", time_to_throttle_sentence(soak));
  for (const EnergyRecord& energy : soak.energy) {
    lines.add("energy", energy_sentence(energy, style.charset));
  }
  if (soak.energy.empty()) {
    lines.add("energy", no_energy_sentence(soak));
  }
  return lines.take();
}

}  // namespace assay
