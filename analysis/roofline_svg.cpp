#include "analysis/roofline_svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "analysis/html.hpp"
#include "analysis/roofline_scene.hpp"
#include "analysis/roofline_svg_marks.hpp"
#include "analysis/roofline_titles.hpp"
#include "analysis/roofline_verdict.hpp"
#include "analysis/svg_labels.hpp"

namespace assay {
namespace {

constexpr int kNarrow = 700;
constexpr int kLeastHeight = 260;
constexpr int kCaptionLine = 18;
constexpr double kCaptionFont = 12.5;

const RoofSet& chosen_set(const Roofline& roofline, const RooflineSvgOptions& options) {
  const RoofSet* set = options.threads == 0 && options.dtype.empty()
                           ? main_set(roofline)
                           : roofline.set(options.threads, options.dtype, options.work_unit);
  if (set == nullptr) {
    std::string list;
    for (const RoofSet& s : roofline.sets) {
      list += fmt::format("{}{} {} on {}", list.empty() ? "" : ", ", s.work_unit, s.dtype, threads_text(s.threads));
    }
    throw std::invalid_argument(fmt::format("no roofs of {} {} on {}; there are: {}", options.work_unit,
                                            options.dtype.empty() ? "any type" : options.dtype,
                                            threads_text(options.threads), list.empty() ? "none" : list));
  }
  return *set;
}

void put_style(Html& svg) {
  svg.put(R"(<style>
svg{--ground:#fdfdfc;--ink:#1c1d1f;--soft:#5b5f66;--grid:#e6e6e0;--bad:#a3200d;
--c1:#0072b2;--c2:#00805c;--c3:#c04e00;--c4:#a2457f;background:var(--ground)}
@media(prefers-color-scheme:dark){svg{--ground:#15171a;--ink:#e7e7e3;--soft:#a3a8af;--grid:#2a2e33;--bad:#ff8a75;
--c1:#56b4e9;--c2:#3fc79a;--c3:#f0925a;--c4:#e39ac6}}
text{font:14px system-ui,"DejaVu Sans",Arial,sans-serif;fill:var(--soft)}
.title{font-size:18px;font-weight:600;fill:var(--ink)}.bad{fill:var(--bad);font-weight:600}
.label{fill:var(--ink);paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}
.strong{font-weight:600}.small{font-size:12.5px}
.k0{--hue:var(--c1)}.k1{--hue:var(--c2)}.k2{--hue:var(--c3)}.k3{--hue:var(--c4)}.flat{--hue:var(--ink)}
text.hue{fill:var(--hue)}
.ground{fill:var(--ground)}.grid{stroke:var(--grid)}.frame{fill:none;stroke:var(--soft)}
.roof{fill:none;stroke:var(--hue);stroke-width:2.6;stroke-linejoin:round}
.thin{fill:none;stroke:var(--hue);stroke-width:1;stroke-dasharray:5 4;opacity:.8}
.curve{fill:none;stroke:var(--hue);stroke-width:1.4}.band{fill:var(--hue);fill-opacity:.2;stroke:none}
.point{fill:var(--ground);stroke:var(--hue);stroke-width:1.5}.bar{stroke:var(--hue);stroke-width:1.3}
.dot{fill:var(--ink);stroke:var(--ground);stroke-width:1.5}.dotbar{stroke:var(--ink);stroke-width:1.6}
.leader{stroke:var(--soft);fill:none}
</style>
)");
}

std::string title_text(const RooflineMeasurement& measurement, const RoofSet& set) {
  const std::string limits = measurement.limits.any() ? ", ENVELOPE " + limits_text(measurement.limits) : "";
  return fmt::format("Roofline of {}{}: {} {} on {}", measurement.machine_identity.label, limits, set.dtype,
                     set.work_unit == "flop" ? "arithmetic" : "integer operations", threads_text(set.threads));
}

std::string clock_text(const RooflineMeasurement& measurement, const Ceiling& flat) {
  const std::string nominal =
      measurement.nominal_clock_hz ? fmt::format(" (nominal {:.2f} GHz)", *measurement.nominal_clock_hz / 1e9) : "";
  return flat.clock_hz ? fmt::format("clock {:.2f} GHz measured{}", *flat.clock_hz / 1e9, nominal)
                       : "no clock was measured";
}

void put_heading(Html& svg, const RooflineMeasurement& measurement, const Roofline& roofline, const RoofSet& set,
                 const RooflineSvgOptions& options) {
  svg.put("<text class=\"title\" x=\"16\" y=\"28\">").text(title_text(measurement, set)).put("</text>\n");
  const auto problems = roofline_problems(measurement, roofline);
  if (problems.empty()) {
    const std::string clock = set.flat ? ", " + clock_text(measurement, roofline.ceilings[*set.flat]) : "";
    const std::string where = options.width < kNarrow ? "" : measurement.machine.cpu_model + ", ";
    svg.put("<text x=\"16\" y=\"50\">")
        .text(fmt::format("{}{} rounds on {}{}", where, measurement.rounds.size(), measurement.created.substr(0, 10),
                          clock))
        .put("</text>\n");
    return;
  }
  const std::string more = problems.size() > 1 ? fmt::format(" (and {} more)", problems.size() - 1) : "";
  const auto room = static_cast<std::size_t>(options.width / 10);
  svg.put("<text class=\"bad\" x=\"16\" y=\"50\">")
      .text(fmt::format("INVALID: {}{}", problems.front().message.substr(0, room), more))
      .put("</text>\n");
}

/// In lines that fit the width.
std::vector<std::string> caption_lines(const RooflineScene& scene, int width) {
  std::vector<std::string> sentences{
      "Thick: 0.95-quantile of undisturbed samples. Dashed: other ceilings.",
      "Rings: measured settings of the dial, 95 % intervals; through them the round knee."};
  if (!scene.dots.empty()) {
    sentences.push_back("Dots: " + axes_sentence(scene.dots.front()->axes) + ".");
  }
  for (const std::string& reason : scene.left_out) {
    sentences.push_back("Not drawn: " + reason + ".");
  }
  std::vector<std::string> lines;
  for (std::string_view rest : sentences) {
    lines.emplace_back();
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      const std::string longer = lines.back().empty() ? std::string(word) : lines.back() + ' ' + std::string(word);
      if (!lines.back().empty() && text_width(longer, kCaptionFont) > width - 32) {
        lines.emplace_back(word);
      } else {
        lines.back() = longer;
      }
    }
  }
  return lines;
}

void put_caption(Html& svg, const std::vector<std::string>& lines, int height) {
  int y = height - 10 - kCaptionLine * (static_cast<int>(lines.size()) - 1);
  for (const std::string& line : lines) {
    svg.put("<text class=\"small\" x=\"16\" y=\"").text(fmt::format("{}", y)).put("\">").text(line).put("</text>\n");
    y += kCaptionLine;
  }
}

}  // namespace

std::string roofline_svg(const RooflineMeasurement& measurement, const Roofline& roofline,
                         std::span<const PlacedDot> dots, const RooflineSvgOptions& options) {
  if (options.width < 400 || options.height < 300) {
    throw std::invalid_argument(
        fmt::format("a roofline of {} x {} pixels: at least 400 x 300", options.width, options.height));
  }
  const RoofSet& set = chosen_set(roofline, options);
  Html svg;
  svg.put("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 ")
      .text(fmt::format("{} {}", options.width, options.height))
      .put("\" width=\"")
      .text(fmt::format("{}", options.width))
      .put("\" style=\"max-width:100%;height:auto\">\n<title>")
      .text(title_text(measurement, set))
      .put("</title>\n");
  put_style(svg);
  svg.put("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
  put_heading(svg, measurement, roofline, set, options);
  if (set.flat) {
    const RooflineScene scene = scene_of(roofline, set, dots);
    const std::vector<std::string> caption = caption_lines(scene, options.width);
    constexpr int kUsualLines = 3;
    const int more_lines = std::max(0, static_cast<int>(caption.size()) - kUsualLines);
    const int height = std::max(kLeastHeight, options.height - kCaptionLine * more_lines);
    put_roofline_marks(svg, measurement, roofline, scene, {.width = options.width, .height = height});
    put_caption(svg, caption, options.height);
  } else {
    svg.put("<text x=\"16\" y=\"90\">").text("There is no flat roof: " + set.reason).put("</text>\n");
  }
  svg.put("</svg>\n");
  return svg.str();
}

}  // namespace assay
