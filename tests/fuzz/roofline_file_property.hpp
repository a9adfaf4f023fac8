#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "analysis/roofline_csv.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/roofline_svg.hpp"
#include "analysis/roofline_text.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {

/// Aborts unless `text` is refused in one line, or is read and what was read can be fitted, shown in every form,
/// written and named. True if it was read.
inline bool check_roofline_file(std::string_view text) {
  const auto read = [](std::string_view json) { return roofline_from_json(json, "input"); };
  const auto measurement = value_of<std::runtime_error>(read, text);
  if (!measurement) {
    return false;
  }
  constexpr int kFewDraws = 20;
  const RooflineFitOptions options{.bootstrap = {.draws = kFewDraws}};
  const Roofline roofline = fit_roofline(*measurement, options);
  const std::vector<PlacedDot> dots = place_dots(roofline, *measurement);
  const std::string written = roofline_json(*measurement, roofline, dots);
  const RooflineMeasurement again = roofline_from_json(written, "written");
  require(again.hash_matches, "what was just written carries its own hash");
  const Roofline refitted = fit_roofline(again, options);
  require(roofline_json(again, refitted, place_dots(refitted, again)) == written,
          "what is written, read, fitted and written again is the same text");
  for (const char c : roofline_text(*measurement, roofline, dots, {.charset = Charset::ascii})) {
    require(c == '\n' || (c >= ' ' && c <= '~'), "an ASCII terminal gets printable ASCII");
  }
  for (const RoofSet& set : roofline.sets) {
    const std::string svg = roofline_svg(*measurement, roofline, dots,
                                         {.threads = set.threads, .dtype = set.dtype, .work_unit = set.work_unit});
    require(svg.ends_with("</svg>\n"), "every set has a picture");
    require(svg.find("\"nan") == std::string::npos && svg.find(" nan") == std::string::npos &&
                svg.find("inf\"") == std::string::npos,
            "a picture holds no place that is not a number");
  }
  require(!roofline_csv(*measurement, roofline, dots).empty(), "a table has a heading");
  const std::string name = roofline_file_name(again);
  require(name.find('/') == std::string::npos && name.find('\0') == std::string::npos && name.size() < 255,
          "a roofline has a name that a folder can hold");
  return true;
}

}  // namespace assay
