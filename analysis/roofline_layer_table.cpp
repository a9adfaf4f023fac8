#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/roofline_text_tables.hpp"
#include "analysis/roofline_titles.hpp"

namespace assay {
namespace {

/// The median of the clean samples; nothing without any.
std::optional<double> typical_seconds(const RooflineSubject& subject) {
  std::vector<double> times;
  for (const RooflineSample& sample : subject.samples) {
    if (sample.contamination == Contamination::none) {
      times.push_back(sample.seconds_per_iteration);
    }
  }
  if (times.empty()) {
    return std::nullopt;
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>((times.size() - 1) / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

const PlacedDot* dot_of(std::span<const PlacedDot> dots, const std::string& layer) {
  const auto found = std::ranges::find(dots, layer, &PlacedDot::layer);
  return found == dots.end() ? nullptr : &*found;
}

/// "00 stem   1.2 ms   3 %   36  21.5 Gflop/s  55 %  arithmetic"
std::string layer_row(const RooflineSubject& subject, const PlacedDot& dot, double all_seconds, Charset charset) {
  const std::optional<double> time = typical_seconds(subject);
  std::string line = fmt::format("  {:<27.27} {:>7} {:>3} ", dot.layer, time ? format_duration(*time, charset) : "-",
                                 time && all_seconds > 0.0 ? fmt::format("{:.0f}", 100.0 * *time / all_seconds) : "-");
  if (!dot.refused.empty() || !dot.intensity || !dot.share.point) {
    return line + (subject.work_per_iteration > 0.0 ? "not placed: " + dot.refused : "moves only") + '\n';
  }
  line += fmt::format("{:>6} {:>13} {:>4.0f}  {}", plain_number(*dot.intensity),
                      ceiling_estimate_text({.point = dot.achieved.point}, dot.axes.work_unit + "/s", charset),
                      100.0 * *dot.share.point, dot.memory_bound ? dot.level : "arithmetic");
  return line + '\n';
}

}  // namespace

std::string layer_table(const RooflineMeasurement& measurement, const Roofline& roofline,
                        std::span<const PlacedDot> dots, const TextStyle& style) {
  struct Row {
    const RooflineSubject* subject;
    const PlacedDot* dot;
  };
  std::vector<Row> rows;
  double all_seconds = 0.0;
  for (const Ceiling& ceiling : roofline.ceilings) {
    const RooflineSubject& subject = measurement.subjects[ceiling.subject];
    const auto layer = subject.parameters.find(kLayerParameter);
    if (subject.kind != SubjectKind::dot || layer == subject.parameters.end()) {
      continue;
    }
    if (const PlacedDot* const dot = dot_of(dots, layer->second)) {
      rows.push_back({&subject, dot});
      all_seconds += typical_seconds(subject).value_or(0.0);
    }
  }
  if (rows.empty()) {
    return "";
  }
  std::string unit = rows.front().subject->work_unit;
  if (std::ranges::any_of(rows, [&unit](const Row& row) { return row.subject->work_unit != unit; })) {
    unit = "work";  // each rate names its own
  }
  std::string out = wrapped_text(
      "",
      "LAYERS of " + rows.front().subject->kernel +
          ": each alone on one thread, on what the layers before it left. Bound: the roof that is nearest at its "
          "intensity, of the level that holds its operands. No column has an interval: those of the rate and of its "
          "share of the roof are in --json and --csv; the share of the time is of the typical times, without one");
  out += fmt::format("  {:<27} {:>7} {:>3} {:>6} {:>13} {:>4}  {}\n", "layer", "typical", "%", unit + "/B",
                     "0.95-quantile", "%", "of roof");
  for (const Row& row : rows) {
    out += layer_row(*row.subject, *row.dot, all_seconds, style.charset);
  }
  return out + fmt::format("  {:<27} {:>7}\n", "all layers with a time", format_duration(all_seconds, style.charset));
}

}  // namespace assay
