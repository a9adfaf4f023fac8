#pragma once

#include <string>
#include <string_view>

#include "analysis/html.hpp"
#include "analysis/log_axis.hpp"
#include "analysis/svg_labels.hpp"

namespace assay {

/// How large a chart of the audit is, in the pixels of its coordinates: its letters keep their size, so that a narrow
/// one is drawn anew and not shrunk.
struct AuditChartSize {
  int width = 900;
  int height = 520;
  bool standalone = false;  ///< a file of its own: carries its style
  std::string id;           ///< unique on the page, of [a-z0-9-]

  [[nodiscard]] bool narrow() const { return width < 600; }
};

/// One chart of the audit on two logarithmic axes, being drawn: what its charts share.
class AuditCanvas {
 public:
  /// Opens the picture with its title and description for those who cannot see it.
  AuditCanvas(const AuditChartSize& size, std::string_view title, std::string_view description);

  LogAxis x;
  LogAxis y;

  /// Ticks, grid, frame and names; a tick's number is its value over the unit.
  void axes(double x_unit, std::string_view x_name, double y_unit, std::string_view y_name);
  void path(std::string_view css, std::string_view d);
  void label(std::string_view css, double at_x, double at_y, std::string_view anchor, std::string_view text,
             double degrees = 0.0);
  /// Circle, square, triangle, diamond: a system is told by its shape, and not by its colour alone.
  void marker(std::size_t system, bool open, double at_x, double at_y, std::string_view more_css = "");
  /// Beside a mark, on the first side where nothing is yet; false if there is no room.
  bool label_beside(std::string_view css, std::string_view text, double at_x, double at_y);
  [[nodiscard]] LabelPlaces& places() { return places_; }
  void begin_group(std::string_view css, std::string_view title);
  void end_group() { svg_.put("</g>\n"); }
  [[nodiscard]] double px(double value) const { return x.position(value); }
  [[nodiscard]] double py(double value) const;
  /// Closes the picture.
  [[nodiscard]] Html finish();

 private:
  Html svg_;
  LabelPlaces places_;
  bool narrow_;
};

/// "k0" to "k3": the hue of a system.
[[nodiscard]] std::string hue_of(std::size_t system);

}  // namespace assay
