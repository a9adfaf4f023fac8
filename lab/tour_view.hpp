#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"
#include "analysis/roofline_measurement.hpp"
#include "analysis/run_document.hpp"
#include "analysis/terminal_histogram.hpp"
#include "harness/machine.hpp"
#include "lab/tour_plan.hpp"

namespace assay {

/// The roofline of a tour.
struct TourRoofline {
  RooflineMeasurement measurement;
  Roofline fitted;
  std::string file;
  std::string chart;  ///< the SVG's file, or why there is none
};

/// All that a tour has to show. `runs`, `titles` and `commands` have one entry a run, in the order of measuring.
struct TourView {
  Machine machine;
  std::string doctor_verdict;
  std::vector<RunDocument> runs;
  std::vector<std::string> titles;
  std::vector<std::string> commands;
  std::optional<TourRoofline> roofline;  ///< absent where none was asked for or measured
  std::optional<TourSizing> sizing;      ///< absent when the tour ended before Server
  std::string no_tail;                   ///< why no noise was injected; empty: it was
  double duration_s = 0.0;
  std::string folder;
  std::string report_file;
};

/// SingleStream and Offline under the roofline: the other runs do what they are asked for, and their distance to the
/// roof says nothing. Needs a roofline.
[[nodiscard]] std::vector<PlacedDot> tour_dots(const TourView& view);

/// How Server's window and rates came about, as sentences with the formula and the numbers.
[[nodiscard]] std::vector<std::string> tour_notes(const TourView& view);

/// The summary for a terminal: the machine, each run, one table of all, the runs under the roofline, and where the
/// files are.
[[nodiscard]] std::string tour_text(const TourView& view, const TextStyle& style);

}  // namespace assay
