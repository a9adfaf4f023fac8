#include "analysis/roofline_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/dose_verdict.hpp"
#include "analysis/log_axis.hpp"
#include "analysis/report_text.hpp"
#include "analysis/roofline_scene.hpp"
#include "analysis/roofline_text_tables.hpp"
#include "analysis/roofline_titles.hpp"
#include "analysis/roofline_verdict.hpp"
#include "analysis/terminal_canvas.hpp"
#include "harness/gpu_name_finding.hpp"

namespace assay {
namespace {

constexpr int kChartColumns = 68;
constexpr int kChartRows = 18;

/// The letters that dot_list() gives, in the order of all placed dots but layers, which have a table.
char letter_of(std::span<const PlacedDot> dots, const PlacedDot* wanted) {
  char letter = 'A';
  if (!wanted->layer.empty()) {
    return '*';
  }
  for (const PlacedDot& dot : dots) {
    if (&dot == wanted) {
      break;
    }
    if (dot.refused.empty() && dot.layer.empty()) {
      letter = static_cast<char>(letter == 'Z' ? 'a' : letter + 1);
    }
  }
  return letter;
}

void draw_roofs(const Roofline& roofline, const RooflineScene& scene, const LogAxis& x, const LogAxis& y,
                TerminalCanvas& canvas) {
  const double flat = *roofline.ceilings[*scene.set->flat].roof.point;
  double first_ridge = x.upper;
  for (const LevelRoofs& level : scene.set->levels) {
    if (!level.slope) {
      continue;
    }
    const double beta = *roofline.ceilings[*level.slope].roof.point;
    const double from = std::max(x.lower, y.lower / beta);
    const double ridge = flat / beta;
    first_ridge = std::min(first_ridge, ridge);
    if (from < std::min(ridge, x.upper)) {
      const double to = std::min(ridge, x.upper);
      canvas.line(x.position(from), y.position(beta * from), x.position(to), y.position(beta * to));
      // On the line, at its foot: the slopes are apart there.
      canvas.write(static_cast<int>(x.position(from)) + 1, static_cast<int>(y.position(beta * from)) - 1, level.level);
    }
  }
  canvas.line(x.position(std::clamp(first_ridge, x.lower, x.upper)), y.position(flat), x.end, y.position(flat));
}

std::string y_label(const LogAxis& y, int row) {
  for (const AxisTick& tick : axis_ticks(y, 7)) {
    if (tick.labelled && static_cast<int>(y.position(tick.value)) == row) {
      return fmt::format("{:>7}", fmt::format("{:g}", tick.value / 1e9));
    }
  }
  return std::string(7, ' ');
}

std::string x_labels(const LogAxis& x) {
  std::string labels;
  for (const AxisTick& tick : axis_ticks(x, 9)) {
    const std::string text = fmt::format("{:g}", tick.value);
    const auto centre = static_cast<std::size_t>(std::max(0.0, x.position(tick.value)));
    const std::size_t at = centre > text.size() / 2 ? centre - text.size() / 2 : 0;
    if (tick.labelled && at + text.size() <= kChartColumns && (labels.empty() || at > labels.size())) {
      labels.resize(at, ' ');
      labels += text;
    }
  }
  return labels;
}

std::string chart(const RooflineMeasurement& measurement, const Roofline& roofline, std::span<const PlacedDot> dots,
                  const RoofSet& set, const TextStyle& style) {
  const RooflineScene scene = scene_of(roofline, set, dots);
  const LogAxis x{.lower = scene.least_intensity, .upper = scene.largest_intensity, .begin = 0.0, .end = kChartColumns};
  const LogAxis y{.lower = scene.least_rate, .upper = scene.largest_rate, .begin = kChartRows, .end = 0.0};
  TerminalCanvas canvas(kChartColumns, kChartRows, style.charset);
  for (const PlacedDot* dot : scene.dots) {
    const int column = std::min(static_cast<int>(x.position(*dot->intensity)), kChartColumns - 1);
    const int row = std::clamp(static_cast<int>(y.position(*dot->achieved.point)), 0, kChartRows - 1);
    const std::string letter(1, letter_of(dots, dot));
    if (!canvas.write(column, row, letter)) {
      canvas.write(column + 1, row, letter);
    }
  }
  draw_roofs(roofline, scene, x, y, canvas);
  const RooflineSubject& flat = measurement.subjects[*set.flat];
  std::string out = wrapped_text("", fmt::format("G{}/s, {}, {}; flat: {}; letters: DOTS below", set.work_unit,
                                                 set.dtype, threads_text(set.threads), short_title_of(flat)));
  const std::string_view edge = style.charset == Charset::utf8 ? "│" : "|";
  int row = 0;
  for (const std::string& line : canvas.lines()) {
    out += fmt::format("{} {}{}\n", y_label(y, row++), edge, line);
  }
  std::string rule;
  for (int i = 0; i < kChartColumns; ++i) {
    rule += style.charset == Charset::utf8 ? "─" : "-";
  }
  out += fmt::format("{:8}{}{}\n{:9}{}\n{:9}intensity, {} per byte moved\n", "",
                     style.charset == Charset::utf8 ? "└" : "+", rule, "", x_labels(x), "", set.work_unit);
  for (const std::string& reason : scene.left_out) {
    out += wrapped_text("  not drawn: ", reason);
  }
  return out;
}

/// The set that most dots lie in; nullptr without dots.
const RoofSet* set_of_dots(const Roofline& roofline, std::span<const PlacedDot> dots) {
  const RoofSet* best = nullptr;
  std::size_t most = 0;
  for (const RoofSet& set : roofline.sets) {
    const std::size_t count = set.flat ? scene_of(roofline, set, dots).dots.size() : 0;
    if (count > most) {
      most = count;
      best = &set;
    }
  }
  return best;
}

/// That of the main flat roof, or where there is none of the first ceiling; 0 if it was not measured.
double clock_of(const Roofline& roofline) {
  if (const RoofSet* set = main_set(roofline); set != nullptr) {
    return roofline.ceilings[*set->flat].clock_hz.value_or(0.0);
  }
  const auto found = std::ranges::find_if(roofline.ceilings, [](const Ceiling& c) { return c.clock_hz.has_value(); });
  return found == roofline.ceilings.end() ? 0.0 : *found->clock_hz;
}

/// What the ceilings are of: the processor, or the card in it.
std::string subject_text(const RooflineMeasurement& measurement) {
  const std::vector<Finding>& findings = measurement.conditions.findings;
  const auto card = std::ranges::find_if(findings, [](const Finding& one) { return one.check == kGpuName; });
  return card == findings.end() ? measurement.machine.cpu_model
                                : fmt::format("{}, beside {}", card->fact, measurement.machine.cpu_model);
}

std::string heading(const RooflineMeasurement& measurement, const Roofline& roofline, const TextStyle& style) {
  std::string out = wrapped_text(
      "", fmt::format("Roofline of {}: {}", measurement.machine_identity.label, subject_text(measurement)));
  if (measurement.limits.any()) {
    out += wrapped_text("ENVELOPE ", limits_text(measurement.limits) + ": not what the machine gives as it is");
  }
  for (const DoseRecord& dose : measurement.interference) {
    out += wrapped_text("taken away: ", dose_sentence(dose));
  }
  const double clock_hz = clock_of(roofline);
  const std::string clock = clock_hz > 0.0 ? fmt::format("{:.2f} GHz measured", clock_hz / 1e9) : "not measured";
  const std::string nominal = measurement.nominal_clock_hz
                                  ? fmt::format("nominal {:.2f}", *measurement.nominal_clock_hz / 1e9)
                                  : fmt::format("no nominal clock: {}", measurement.nominal_clock_source);
  out +=
      wrapped_text("", fmt::format("{}; {} rounds in {}; clock {}, {}", measurement.created, measurement.rounds.size(),
                                   format_duration(measurement.duration_s, style.charset), clock, nominal));
  return out;
}

std::string verdict_lines(const std::vector<InvalidReason>& problems, const RooflineMeasurement& measurement,
                          const TextStyle& style) {
  const auto coloured = [&](const char* word, int colour) {
    return style.colour ? fmt::format("\x1b[1;{}m{}\x1b[0m", colour, word) : std::string(word);
  };
  constexpr int kRed = 31;
  constexpr int kGreen = 32;
  std::string out = problems.empty() ? coloured("VALID", kGreen) + '\n' : "";
  for (const InvalidReason& problem : problems) {
    out += coloured("INVALID", kRed) + '\n' + wrapped_text("    ", problem.message);
    out += wrapped_text("    try: ", problem.remedy);
  }
  for (const std::string& warning : measurement.warnings) {
    out += wrapped_text("warning: ", printable_text(warning, style.charset));
  }
  if (!measurement.stored_hash.empty() && !measurement.hash_matches) {
    out += wrapped_text("warning: ", "the file was changed after it was written (its hash does not match)");
  }
  return out;
}

/// All texts of the file may hold anything; line ends are ours.
std::string shown(const std::string& text, const TextStyle& style) {
  std::string out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out += printable_text(std::string_view(text).substr(begin, end - begin), style.charset) + '\n';
    begin = end + 1;
  }
  return out;
}

std::string brief_roofs(const RooflineMeasurement& measurement, const Roofline& roofline, const RoofSet& set,
                        const TextStyle& style) {
  const auto estimate = [&](std::size_t i) {
    const Ceiling& ceiling = roofline.ceilings[i];
    return ceiling_estimate_text(ceiling.roof, ceiling.unit, style.charset);
  };
  std::string out = wrapped_text(
      "  flat  ", fmt::format("{} {}", estimate(*set.flat), short_title_of(measurement.subjects[*set.flat])));
  for (const LevelRoofs& level : set.levels) {
    const std::string first = fmt::format("  {:5} ", level.level);
    if (!level.slope) {
      out += wrapped_text(first, "none: " + level.reason);
      continue;
    }
    out += wrapped_text(
        first, fmt::format("{} {}; ridge {} {}/byte", estimate(*level.slope), measurement.subjects[*level.slope].mix,
                           plain_estimate_text(level.ridge, ""), set.work_unit));
  }
  return out;
}

/// Carries colours, and shows only what was made printable.
std::string printable_verdict(const RooflineMeasurement& measurement, const Roofline& roofline,
                              const TextStyle& style) {
  std::vector<InvalidReason> problems = roofline_problems(measurement, roofline);
  for (InvalidReason& problem : problems) {
    problem.message = printable_text(problem.message, style.charset);
  }
  return verdict_lines(problems, measurement, style);
}

}  // namespace

std::string roofline_brief_text(const RooflineMeasurement& measurement, const Roofline& roofline,
                                std::span<const PlacedDot> dots, const TextStyle& style) {
  std::string out = printable_verdict(measurement, roofline, style);
  const RoofSet* set = set_of_dots(roofline, dots);
  if (set == nullptr) {
    set = main_set(roofline);
  }
  if (set != nullptr) {
    out += shown(chart(measurement, roofline, dots, *set, style), style);
    out += shown(brief_roofs(measurement, roofline, *set, style), style);
  }
  return out + shown(dot_list(dots, style), style);
}

std::string roofline_text(const RooflineMeasurement& measurement, const Roofline& roofline,
                          std::span<const PlacedDot> dots, const TextStyle& style) {
  std::string out = shown(heading(measurement, roofline, style), style);
  out += printable_verdict(measurement, roofline, style);
  out += '\n';
  const RoofSet* const all_threads = main_set(roofline);
  const RoofSet* const with_dots = set_of_dots(roofline, dots);
  for (const RoofSet* set : {all_threads, with_dots != all_threads ? with_dots : nullptr}) {
    if (set != nullptr) {
      out += shown(chart(measurement, roofline, dots, *set, style), style) + '\n';
    }
  }
  out += wrapped_text("",
                      "A roof is the 0.95-quantile of the undisturbed samples; typical is their median, best their "
                      "maximum. All threads together. Cycles are of the measured clock.") +
         '\n';
  for (const std::string& part :
       {flat_table(measurement, roofline, style), slope_table(measurement, roofline, style),
        ridge_table(measurement, roofline, style), latency_table(measurement, roofline, style), dot_list(dots, style),
        layer_table(measurement, roofline, dots, style), missing_list(measurement, roofline)}) {
    out += part.empty() ? "" : shown(part, style) + '\n';
  }
  return out;
}

}  // namespace assay
