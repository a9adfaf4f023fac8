#include "analysis/roofline_svg_marks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/log_axis.hpp"
#include "analysis/roofline_titles.hpp"
#include "analysis/svg_labels.hpp"

namespace assay {
namespace {

constexpr double kFont = 14.0;
constexpr double kSmallFont = 12.5;
constexpr double kBold = 1.1;   ///< bold letters against regular ones
constexpr double kLine = 17.0;  ///< height of a label

std::string hue_class(std::size_t level) { return fmt::format("k{}", level % 4); }

struct FlatLabel {
  double rate = 0.0;
  std::string text;
  bool main = false;
};

class Picture {
 public:
  Picture(Html& svg, const RooflineMeasurement& measurement, const Roofline& roofline, const RooflineScene& scene,
          const PictureSize& size)
      : svg_(svg), measurement_(measurement), roofline_(roofline), scene_(scene) {
    constexpr double kLeft = 62.0;
    constexpr double kTop = 66.0;
    constexpr double kBelow = 116.0;
    collect_flats();
    double widest = 0.0;
    for (const FlatLabel& flat_label : flats_) {
      widest = std::max(widest, text_width(flat_label.text, kSmallFont) * (flat_label.main ? kBold : 1.0));
    }
    const double right_margin = std::min(widest + 24.0, 0.45 * size.width);
    x_ = {.lower = scene.least_intensity,
          .upper = scene.largest_intensity,
          .begin = kLeft,
          .end = size.width - right_margin};
    y_ = {.lower = scene.least_rate, .upper = scene.largest_rate, .begin = size.height - kBelow, .end = kTop};
    places_.set_frame(x_.begin, y_.end, x_.end, y_.begin);
  }

  void draw() {
    axes();
    thin_lines();
    for (std::size_t i = 0; i < scene_.set->levels.size(); ++i) {
      curve(scene_.set->levels[i], i);
    }
    roofs();
    for (std::size_t i = 0; i < scene_.set->levels.size(); ++i) {
      points(scene_.set->levels[i], i);
    }
    dots();
    roof_labels();
    block_points();
    dot_labels();
    flat_labels();
    mix_labels();
  }

 private:
  [[nodiscard]] const Ceiling& ceiling(std::size_t i) const { return roofline_.ceilings[i]; }
  [[nodiscard]] const RooflineSubject& subject(std::size_t i) const { return measurement_.subjects[i]; }
  [[nodiscard]] double roof(std::size_t i) const { return *ceiling(i).roof.point; }
  [[nodiscard]] double flat() const { return roof(*scene_.set->flat); }
  [[nodiscard]] bool own_threads(std::size_t i) const {
    return std::max<std::size_t>(1, subject(i).cpus.size()) == scene_.set->threads;
  }
  [[nodiscard]] double px(double intensity) const { return x_.position(intensity); }
  [[nodiscard]] double py(double rate) const { return y_.position(std::clamp(rate, 0.5 * y_.lower, 2.0 * y_.upper)); }

  void path(std::string_view css, std::string_view d) {
    svg_.put("<path class=\"").text(css).put("\" d=\"").text(d).put("\"/>\n");
  }

  void label(std::string_view css, double x, double y, std::string_view anchor, std::string_view text,
             double degrees = 0.0) {
    svg_.put("<text class=\"").text(css).put("\" text-anchor=\"").text(anchor).put("\" x=\"");
    svg_.text(fmt::format("{:.1f}", x)).put("\" y=\"").text(fmt::format("{:.1f}", y)).put("\"");
    if (degrees != 0.0) {
      svg_.put(" transform=\"rotate(").text(fmt::format("{:.1f} {:.1f} {:.1f}", degrees, x, y)).put(")\"");
    }
    svg_.put(">").text(text).put("</text>\n");
  }

  /// The names of the flat ceilings, highest first.
  void collect_flats() {
    const auto add = [&](std::size_t i, bool main) {
      const std::string threads = own_threads(i) ? "" : fmt::format(", {}", threads_text(subject(i).cpus.size()));
      flats_.push_back({roof(i),
                        fmt::format("{} {}{}", short_title_of(subject(i)),
                                    ceiling_value_text(roof(i), ceiling(i).unit, Charset::utf8), threads),
                        main});
    };
    add(*scene_.set->flat, true);
    for (const std::size_t i : scene_.set->others) {
      add(i, false);
    }
    std::stable_sort(flats_.begin(), flats_.end(),
                     [](const FlatLabel& a, const FlatLabel& b) { return a.rate > b.rate; });
  }

  void axes() {
    for (const AxisTick& tick : axis_ticks(x_, 14)) {
      const double x = px(tick.value);
      path("grid", fmt::format("M{0:.1f} {1:.1f}V{2:.1f}", x, y_.begin, y_.end));
      if (tick.labelled) {
        label("", x, y_.begin + 19.0, "middle", fmt::format("{:g}", tick.value));
      }
    }
    for (const AxisTick& tick : axis_ticks(y_, 12)) {
      const double y = py(tick.value);
      path("grid", fmt::format("M{0:.1f} {1:.1f}H{2:.1f}", x_.begin, y, x_.end));
      if (tick.labelled) {
        label("", x_.begin - 8.0, y + 5.0, "end", fmt::format("{:g}", tick.value / 1e9));
      }
    }
    path("frame", fmt::format("M{:.1f} {:.1f}H{:.1f}V{:.1f}H{:.1f}Z", x_.begin, y_.begin, x_.end, y_.end, x_.begin));
    const std::string& unit = scene_.set->work_unit;
    label("", 0.5 * (x_.begin + x_.end), y_.begin + 39.0, "middle", fmt::format("intensity, {} per byte", unit));
    label("", 17.0, 0.5 * (y_.begin + y_.end), "middle", fmt::format("G{}/s", unit), -90.0);
  }

  /// A slope from the left or lower edge up to `top`, without what lies outside of the frame.
  [[nodiscard]] std::string slope_path(double beta, double top) const {
    const double from = std::max(x_.lower, y_.lower / beta);
    const double to = std::min(x_.upper, top / beta);
    if (!(from < to)) {
      return {};
    }
    return fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", px(from), py(beta * from), px(to), py(beta * to));
  }

  void thin_lines() {
    for (std::size_t i = 0; i < scene_.set->levels.size(); ++i) {
      for (const std::size_t mix : scene_.set->levels[i].mixes) {
        if (own_threads(mix)) {
          svg_.put("<g><title>").text(title_of(subject(mix))).put("</title>");
          path("thin " + hue_class(i), slope_path(roof(mix), flat()));
          svg_.put("</g>\n");
        }
      }
    }
    // From where any slope meets it.
    double beta = 0.0;
    for (const LevelRoofs& level : scene_.set->levels) {
      beta = std::max(beta, level.slope ? roof(*level.slope) : 0.0);
    }
    for (const std::size_t i : scene_.set->others) {
      const double from = std::max(x_.lower, beta > 0.0 ? roof(i) / beta : x_.lower);
      if (from < x_.upper) {
        path("thin flat", fmt::format("M{:.1f} {:.1f}H{:.1f}", px(from), py(roof(i)), x_.end));
      }
    }
  }

  void roofs() {
    double first = x_.upper;
    for (std::size_t i = 0; i < scene_.set->levels.size(); ++i) {
      const LevelRoofs& level = scene_.set->levels[i];
      if (level.slope) {
        path("roof " + hue_class(i), slope_path(roof(*level.slope), flat()));
        first = std::min(first, flat() / roof(*level.slope));
      }
    }
    first = first < x_.upper ? std::max(first, x_.lower) : x_.lower;
    path("roof flat", fmt::format("M{:.1f} {:.1f}H{:.1f}", px(first), py(flat()), x_.end));
  }

  void curve(const LevelRoofs& level, std::size_t index) {
    if (!level.knee) {
      return;
    }
    constexpr int kSteps = 60;
    std::string line;
    std::string above;
    std::string below;
    const double low = *ceiling(level.points.front()).intensity;
    const double high = *ceiling(level.points.back()).intensity;
    for (int i = 0; i <= kSteps; ++i) {
      const double intensity = low * std::pow(high / low, static_cast<double>(i) / kSteps);
      const EstimateRecord rate = attainable(*level.knee, intensity, roofline_.options.bootstrap);
      if (!y_.holds(*rate.point)) {
        continue;
      }
      line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", px(intensity), py(*rate.point));
      if (rate.lower && rate.upper) {
        above += fmt::format("{}{:.1f} {:.1f}", above.empty() ? "M" : "L", px(intensity), py(*rate.upper));
        below.insert(0, fmt::format("L{:.1f} {:.1f}", px(intensity), py(*rate.lower)));
      }
    }
    if (!above.empty()) {
      path("band " + hue_class(index), above + below + "Z");
    }
    path("curve " + hue_class(index), line);
  }

  void vertical_bar(const char* css, double x, const EstimateRecord& rate) {
    if (rate.lower && rate.upper) {
      path(css, fmt::format("M{:.1f} {:.1f}V{:.1f}", x, py(*rate.lower), py(*rate.upper)));
    }
  }

  void circle(std::string_view css, double x, double y, double radius) {
    svg_.put("<circle class=\"").text(css).put("\" cx=\"").text(fmt::format("{:.1f}", x)).put("\" cy=\"");
    svg_.text(fmt::format("{:.1f}", y)).put("\" r=\"").text(fmt::format("{}", radius)).put("\"/>\n");
  }

  void points(const LevelRoofs& level, std::size_t index) {
    for (const std::size_t i : level.points) {
      const double x = px(*ceiling(i).intensity);
      vertical_bar(("bar " + hue_class(index)).c_str(), x, ceiling(i).roof);
      circle("point " + hue_class(index), x, py(roof(i)), 2.6);
    }
  }

  void dots() {
    for (const PlacedDot* dot : scene_.dots) {
      const double x = px(*dot->intensity);
      const double y = py(*dot->achieved.point);
      places_.block({.x = x, .y = y, .width = 14.0, .height = 14.0});
    }
    for (const PlacedDot* dot : scene_.dots) {
      const double x = px(*dot->intensity);
      const double y = py(*dot->achieved.point);
      svg_.put("<g><title>").text(dot->name + ": " + dot->sentence).put("</title>");
      vertical_bar("dotbar", x, dot->achieved);
      circle("dot", x, y, 6.0);
      svg_.put("</g>\n");
    }
  }

  void dot_labels() {
    for (const PlacedDot* dot : scene_.dots) {
      dot_label(*dot, px(*dot->intensity), py(*dot->achieved.point));
    }
  }

  /// Names of lesser lines keep off the measured points.
  void block_points() {
    for (const LevelRoofs& level : scene_.set->levels) {
      for (const std::size_t i : level.points) {
        places_.block({.x = px(*ceiling(i).intensity), .y = py(roof(i)), .width = 7.0, .height = 7.0});
      }
    }
  }

  /// With its share of the ceiling where there is room, else its first word.
  void dot_label(const PlacedDot& dot, double x, double y) {
    const std::string name = dot.name.substr(0, dot.name.find(','));
    const std::string text = dot.share.point ? fmt::format("{}: {:.0f} %", name, 100.0 * *dot.share.point) : name;
    if (!label_beside(text, x, y)) {
      (void)label_beside(name.substr(0, name.find(' ')), x, y);
    }
  }

  /// Right, left, below or above of a dot, where nothing is yet.
  bool label_beside(const std::string& text, double x, double y) {
    const double width = kBold * text_width(text, kFont);
    for (const double distance : {14.0, 26.0, 44.0}) {
      for (const auto& [dx, dy] : {std::pair{0.5 * width + distance, 0.0}, std::pair{-0.5 * width - distance, 0.0},
                                   std::pair{0.0, distance + 8.0}, std::pair{0.0, -distance - 8.0},
                                   std::pair{0.5 * width, distance + 8.0}, std::pair{-0.5 * width, distance + 8.0}}) {
        if (places_.take({.x = x + dx, .y = y + dy, .width = width, .height = kLine})) {
          label("label strong", x + dx, y + dy + 5.0, "middle", text);
          return true;
        }
      }
    }
    return false;
  }

  /// In the margin on the right, one under the other, joined to its line.
  void flat_labels() {
    double free = y_.end - kLine;
    const double x = x_.end + 16.0;
    for (const FlatLabel& entry : flats_) {
      if (!y_.holds(entry.rate)) {
        continue;
      }
      const double wanted = py(entry.rate);
      const double y = std::max(wanted, free + kLine);
      free = y;
      path("leader", fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", x_.end, wanted, x - 3.0, y));
      label(entry.main ? "label strong small" : "label small", x, y + 4.5, "start", entry.text);
    }
  }

  /// On its line, as far left as there is room.
  void roof_labels() {
    for (std::size_t i = 0; i < scene_.set->levels.size(); ++i) {
      const LevelRoofs& level = scene_.set->levels[i];
      if (level.slope) {
        const std::string text = fmt::format("{} {}", level.level, short_name(*level.slope));
        if (!slope_label(*level.slope, i, "label strong hue ", text, kFont * kBold)) {
          (void)slope_label(*level.slope, i, "label strong hue ", level.level, kFont * kBold);
        }
      }
    }
  }

  void mix_labels() {
    for (std::size_t i = 0; i < scene_.set->levels.size(); ++i) {
      for (const std::size_t mix : scene_.set->levels[i].mixes) {
        if (own_threads(mix)) {
          (void)slope_label(mix, i, "label small hue ", short_name(mix), kSmallFont);
        }
      }
    }
  }

  [[nodiscard]] std::string short_name(std::size_t i) const {
    const RooflineSubject& s = subject(i);
    return fmt::format("{} {}", s.mix.empty() ? s.kernel : s.mix,
                       ceiling_value_text(roof(i), ceiling(i).unit, Charset::utf8));
  }

  bool slope_label(std::size_t i, std::size_t level, const char* css, const std::string& text, double font) {
    const double beta = roof(i);
    const double from = std::max(x_.lower, y_.lower / beta);
    const double to = std::min(x_.upper, flat() / beta);
    if (!(from < to)) {
      return false;
    }
    const double dx = px(to) - px(from);
    const double dy = py(beta * to) - py(beta * from);
    const double angle = std::atan2(dy, dx);
    const double length = std::hypot(dx, dy);
    const double width = text_width(text, font);
    constexpr double kAbove = 9.0;
    for (const double side : {kAbove, -kAbove - 1.0}) {
      for (double along = 0.5 * width + 6.0; along + 0.5 * width < length; along += 12.0) {
        const double x = px(from) + along * std::cos(angle) + side * std::sin(angle);
        const double y = py(beta * from) + along * std::sin(angle) - side * std::cos(angle);
        if (places_.take({.x = x, .y = y, .width = width, .height = font, .angle = angle})) {
          // The base line lies a third of the letters' height below their middle.
          const double base_x = x - 0.33 * font * std::sin(angle);
          const double base_y = y + 0.33 * font * std::cos(angle);
          label(css + hue_class(level), base_x, base_y, "middle", text, angle * 57.29577951308232);
          return true;
        }
      }
    }
    return false;
  }

  Html& svg_;
  const RooflineMeasurement& measurement_;
  const Roofline& roofline_;
  const RooflineScene& scene_;
  LogAxis x_;
  LogAxis y_;
  std::vector<FlatLabel> flats_;
  LabelPlaces places_;
};

}  // namespace

void put_roofline_marks(Html& svg, const RooflineMeasurement& measurement, const Roofline& roofline,
                        const RooflineScene& scene, const PictureSize& size) {
  Picture(svg, measurement, roofline, scene, size).draw();
}

}  // namespace assay
