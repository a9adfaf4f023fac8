#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "analysis/log_axis.hpp"
#include "analysis/roofline_csv.hpp"
#include "analysis/roofline_svg.hpp"
#include "analysis/roofline_text.hpp"
#include "analysis/svg_labels.hpp"
#include "analysis/terminal_canvas.hpp"
#include "tests/analysis/sample_rooflines.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Fitted {
  RooflineMeasurement measurement = sample_roofline();
  Roofline roofline = fit_roofline(measurement);
  std::vector<PlacedDot> dots = place_dots(roofline, measurement);
};

const Fitted& sample() {
  static const Fitted fitted;
  return fitted;
}

/// Every text of the measurement that a page or a terminal shows, hostile.
Fitted hostile(const std::string& text) {
  RooflineMeasurement m = small_roofline();
  m.machine_identity.label = m.machine.cpu_model = m.created = m.nominal_clock_source = text;
  m.levels[0].name = m.levels[0].note = text;
  for (RooflineSubject& subject : m.subjects) {
    subject.id += text;
    subject.isa = subject.kernel = text;
    subject.level = subject.level.empty() ? "" : text;
    if (!subject.unavailable.empty()) {
      subject.unavailable = text;
    }
  }
  m.subjects[1].mix = text;
  m.warnings = {text};
  Fitted fitted{.measurement = m, .roofline = fit_roofline(m), .dots = {}};
  fitted.dots = place_dots(fitted.roofline, m);
  return fitted;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

TEST(RooflineText, FitsEightyColumnsAndSaysWhatEachPartIs) {
  for (const Charset charset : {Charset::utf8, Charset::ascii}) {
    const std::string text =
        roofline_text(sample().measurement, sample().roofline, sample().dots, {.charset = charset});
    for (const std::string& line : lines_of(text)) {
      const auto width = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LE(width, 80) << line;
      EXPECT_TRUE(line.empty() || line.back() != ' ') << line << '|';
    }
    EXPECT_THAT(text, AllOf(HasSubstr("VALID"), HasSubstr("FLAT ROOFS"), HasSubstr("SLOPES"), HasSubstr("RIDGES"),
                            HasSubstr("LATENCY"), HasSubstr("DOTS"), HasSubstr("CAPACITY")));
    EXPECT_THAT(text, HasSubstr("fma/f64/avx512/1t: this CPU has no AVX-512"));
    EXPECT_THAT(text, HasSubstr("A gemm n=512"));
    EXPECT_THAT(text, HasSubstr("DRAM triad nt, avx2, huge pages, 1 thread"));
  }
  const std::string ascii =
      roofline_text(sample().measurement, sample().roofline, sample().dots, {.charset = Charset::ascii});
  EXPECT_TRUE(std::all_of(ascii.begin(), ascii.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

TEST(RooflineText, LayersAreRowsOfATableAndNotDotsOfTheList) {
  RooflineMeasurement m = small_roofline();
  const auto dot = std::ranges::find(m.subjects, SubjectKind::dot, &RooflineSubject::kind);
  ASSERT_NE(dot, m.subjects.end());
  RooflineSubject layer = *dot;
  layer.parameters[kLayerParameter] = "03 block1.expand";
  RooflineSubject moves = layer;
  moves.parameters[kLayerParameter] = "04 pool";
  moves.work_per_iteration = 0.0;
  m.subjects.push_back(layer);
  m.subjects.push_back(moves);
  const Roofline roofline = fit_roofline(m);
  const std::string text = roofline_text(m, roofline, place_dots(roofline, m), {});
  const std::size_t list = text.find("DOTS:");
  const std::size_t table = text.find("LAYERS of");
  ASSERT_NE(list, std::string::npos);
  ASSERT_NE(table, std::string::npos);
  EXPECT_EQ(text.find("03 block1.expand"), text.find("03 block1.expand", table));
  EXPECT_THAT(text.substr(table), AllOf(HasSubstr("04 pool"), HasSubstr("moves only"), HasSubstr("all layers")));
  EXPECT_THAT(text.substr(table),
              AllOf(HasSubstr("No column has an interval"), HasSubstr("--csv"), HasSubstr("flop/B")));
  m.subjects.back().work_unit = "op";
  EXPECT_THAT(roofline_text(m, roofline, place_dots(roofline, m), {}), HasSubstr("work/B"));
}

TEST(RooflineText, AnInvalidOneSaysWhyAndWhatToTry) {
  RooflineMeasurement m = sample_roofline();
  m.interrupted = true;
  m.subjects[0].work_per_cycle_limit = 8.0;
  const std::string text = roofline_text(m, fit_roofline(m), {}, {});
  EXPECT_THAT(text, HasSubstr("INVALID\n    the measurement was stopped before its end\n    try: "));
  EXPECT_THAT(text, HasSubstr("15.99 flop per cycle and thread at 3.24 GHz"));
  EXPECT_THAT(text, Not(HasSubstr("\nVALID")));
}

TEST(RooflineText, NothingMeasuredIsSaidAndNothingDrawn) {
  const RooflineMeasurement nothing;
  const std::string text = roofline_text(nothing, fit_roofline(nothing), {}, {});
  EXPECT_THAT(text, HasSubstr("0 rounds with clean samples"));
  EXPECT_THAT(text, Not(HasSubstr("intensity, flop")));
}

TEST(RooflineText, ControlCharactersNeverReachTheTerminal) {
  const Fitted f = hostile("\x1b[31mred\nFLAT ROOFS\r");
  const std::string text = roofline_text(f.measurement, f.roofline, f.dots, {});
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c & 0x80) != 0 || c >= ' '; }));
  const auto lines = lines_of(text);
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](const auto& l) { return l.starts_with("FLAT ROOFS"); }), 1);
}

TEST(RooflineSvg, ShowsRoofsPointsAndDotsOfItsSet) {
  const std::string svg =
      roofline_svg(sample().measurement, sample().roofline, sample().dots, {.threads = 1, .dtype = "f64"});
  EXPECT_TRUE(svg.starts_with("<svg xmlns="));
  EXPECT_THAT(svg, AllOf(HasSubstr("prefers-color-scheme:dark"), Not(HasSubstr("<script")), Not(HasSubstr("nan")),
                         Not(HasSubstr("inf"))));
  const auto count = [&](const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = svg.find(what); at != std::string::npos; at = svg.find(what, at + 1)) {
      ++n;
    }
    return n;
  };
  EXPECT_EQ(count("class=\"point "), 64U);
  EXPECT_EQ(count("class=\"dot\""), 3U);
  EXPECT_EQ(count("class=\"band "), 4U);
  EXPECT_EQ(count("class=\"roof k"), 4U);
  EXPECT_EQ(count("class=\"roof flat\""), 1U);
  EXPECT_THAT(svg, HasSubstr("f64 arithmetic on 1 thread"));
  EXPECT_THAT(svg, HasSubstr("clock 3.24 GHz measured"));
  EXPECT_THAT(svg, HasSubstr("gemm n=512 f64: 83 %"));
}

TEST(RooflineSvg, EscapesEveryText) {
  const Fitted f = hostile(kHostileLabel);
  const std::string svg = roofline_svg(f.measurement, f.roofline, f.dots);
  EXPECT_THAT(svg, AllOf(Not(HasSubstr("<img")), Not(HasSubstr("</script>")), HasSubstr("&lt;/script&gt;")));
}

TEST(RooflineSvg, RefusesWhatItCannotDraw) {
  EXPECT_THROW((void)roofline_svg(sample().measurement, sample().roofline, {}, {.width = 100}), std::invalid_argument);
  try {
    (void)roofline_svg(sample().measurement, sample().roofline, {}, {.threads = 9, .dtype = "f64"});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("no roofs of flop f64 on 9 threads; there are: flop f32 on 1 thread"));
  }
}

TEST(RooflineCsv, HasARowForEachCeilingRidgeAndDot) {
  const std::string csv = roofline_csv(sample().measurement, sample().roofline, sample().dots);
  const auto lines = lines_of(csv);
  std::size_t ridges = 0;
  for (const RoofSet& set : sample().roofline.sets) {
    ridges += set.levels.size();
  }
  EXPECT_EQ(lines.size(), 1 + sample().measurement.subjects.size() + ridges);  // dots are subjects too
  const auto commas = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  for (const std::string& line : lines) {
    EXPECT_GE(commas(line), commas(lines[0])) << line;  // more where a quoted cell holds some
    EXPECT_EQ(line.back(), '\r');
  }
  EXPECT_THAT(csv, HasSubstr("unavailable"));
  const Fitted f = hostile("a,\"b\"");
  EXPECT_THAT(roofline_csv(f.measurement, f.roofline, f.dots), HasSubstr("\"a,\"\"b\"\"\""));
}

TEST(LogAxis, PlacesAndTicks) {
  const LogAxis axis{.lower = 0.1, .upper = 1000.0, .begin = 0.0, .end = 400.0};
  EXPECT_DOUBLE_EQ(axis.position(10.0), 200.0);
  const auto ticks = axis_ticks(axis, 20);
  ASSERT_EQ(ticks.size(), 13U);
  EXPECT_DOUBLE_EQ(ticks[1].value, 0.2);
  EXPECT_TRUE(ticks[1].labelled);
  EXPECT_FALSE(axis_ticks(axis, 6)[1].labelled);
  EXPECT_TRUE(axis_ticks(axis, 6)[3].labelled);
}

TEST(SvgLabels, ATakenPlaceIsNotGivenTwice) {
  LabelPlaces places;
  places.set_frame(0, 0, 100, 100);
  EXPECT_TRUE(places.take({.x = 50, .y = 50, .width = 40, .height = 10}));
  EXPECT_FALSE(places.take({.x = 60, .y = 55, .width = 40, .height = 10}));
  EXPECT_TRUE(places.take({.x = 50, .y = 65, .width = 40, .height = 10}));
  EXPECT_FALSE(places.take({.x = 95, .y = 20, .width = 40, .height = 10}));  // leaves the frame
  // A turned label: its upright hull would touch, the label itself does not.
  EXPECT_TRUE(places.take({.x = 28, .y = 28, .width = 30, .height = 6, .angle = -0.785}));
}

TEST(TerminalCanvas, DrawsDotsUnderLetters) {
  TerminalCanvas canvas(4, 2, Charset::utf8);
  canvas.line(0.0, 1.9, 3.9, 1.9);
  EXPECT_TRUE(canvas.write(1, 1, "A"));
  EXPECT_FALSE(canvas.write(1, 1, "B"));
  EXPECT_FALSE(canvas.write(3, 0, "too long"));
  canvas.dot(-1.0, 0.0);
  EXPECT_EQ(canvas.lines().at(0), "");
  EXPECT_EQ(canvas.lines().at(1), "⣀A⣀⣀");
  TerminalCanvas ascii(2, 1, Charset::ascii);
  ascii.dot(0.1, 0.1);
  EXPECT_EQ(ascii.lines().at(0), ".");
}

}  // namespace
}  // namespace assay
