#include "analysis/roofline_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/analysis/sample_rooflines.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::filesystem::path kGolden = ASSAY_ANALYSIS_TEST_DATA "/golden.roofline.json";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string written(const RooflineMeasurement& measurement) {
  const Roofline roofline = fit_roofline(measurement);
  return roofline_json(measurement, roofline, place_dots(roofline, measurement));
}

std::string refusal(const std::string& text) {
  try {
    (void)roofline_from_json(text, "some.roofline.json");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

std::string golden_with(const char* pointer, const json& value) {
  json document = json::parse(content_of(kGolden));
  document[json::json_pointer(pointer)] = value;
  return document.dump();
}

TEST(RooflineFile, IsByteForByteTheGoldenFile) { EXPECT_EQ(written(small_roofline()), content_of(kGolden)); }

TEST(RooflineFile, ReadsWhatTheGoldenFileHolds) {
  const RooflineMeasurement m = read_roofline_file(kGolden);
  EXPECT_TRUE(m.hash_matches);
  EXPECT_EQ(written(m), content_of(kGolden));
  // Spot checks against sample_rooflines.cpp, so that writer and reader cannot err alike.
  EXPECT_EQ(m.machine.data_caches.at(1).size.count, 524288U);
  EXPECT_EQ(m.nominal_clock_hz, 2.445e9);
  EXPECT_EQ(m.rounds.at(2).cpu_pressure_share, std::nullopt);
  EXPECT_EQ(m.rounds.at(3).steal_share, 0.0125);
  EXPECT_EQ(m.levels.at(0).measured_bytes, 32768U);
  ASSERT_EQ(m.subjects.size(), 5U);
  EXPECT_EQ(m.subjects[0].parameters.at("chains"), "12");
  EXPECT_EQ(m.subjects[0].counters.at(0).value.value(), 1'234'567U);
  EXPECT_EQ(m.subjects[0].counters.at(1).value.reason(), "no PMU in this guest");
  EXPECT_EQ(m.subjects[1].samples.at(3).contamination, Contamination::preempted);
  EXPECT_EQ(m.subjects[1].samples.at(24).round, 4U);
  EXPECT_EQ(m.subjects[2].samples.at(0).clock_hz, std::nullopt);
  EXPECT_EQ(m.subjects[2].samples.at(7).injected_bytes_per_s, 1e9);
  EXPECT_EQ(m.subjects[3].bytes_source, FiguresSource::modelled);
  EXPECT_EQ(m.subjects[4].unavailable, "this CPU has no AVX-512");
}

// What another machine computes from the file is what this one computed from the measurement.
TEST(RooflineFile, CarriesEverySample) {
  const RooflineMeasurement m = sample_roofline();
  const std::string text = written(m);
  const RooflineMeasurement again = roofline_from_json(text, "sample");
  EXPECT_EQ(written(again), text);
  EXPECT_EQ(again.subjects.size(), m.subjects.size());
  EXPECT_LT(text.size(), std::size_t{2} << 20);
}

TEST(RooflineFile, AnEditedFileIsReadAndKnown) {
  const RooflineMeasurement m = roofline_from_json(golden_with("/duration_s", 1.0), "edited");
  EXPECT_FALSE(m.hash_matches);
  EXPECT_EQ(m.duration_s, 1.0);
}

TEST(RooflineFile, RefusesWithThePlace) {
  EXPECT_EQ(refusal(golden_with("/schema", "assay/roofline/2")),
            "some.roofline.json: schema: expected \"assay/roofline/1\" (this program reads only that major version), "
            "found a string");
  EXPECT_EQ(refusal(golden_with("/subjects/1/samples/round/2", "x")),
            "some.roofline.json: subjects[1].samples.round[2]: expected an integer from 0, found a string");
  EXPECT_THAT(refusal(golden_with("/subjects/0/kind", "guess")), HasSubstr("expected the kind of a subject"));
  EXPECT_THAT(refusal(golden_with("/subjects/0/samples/contamination/0", 9)),
              HasSubstr("expected an index of contamination_kinds, found 9"));
  EXPECT_THAT(refusal(golden_with("/subjects/0/samples/clock_hz", json::array())),
              HasSubstr("subjects[0].samples: expected arrays of equal length"));
  EXPECT_THAT(refusal(golden_with("/contamination_kinds/1", "cosmic")), HasSubstr("expected a kind of contamination"));
  EXPECT_THAT(refusal("{"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(std::string((std::size_t{16} << 20) + 1, ' ')), HasSubstr("a roofline file has at most"));
  EXPECT_THAT(refusal(std::string(40, '[')), HasSubstr("nested deeper than 32"));
  EXPECT_THROW((void)read_roofline_file("no/such/file"), std::runtime_error);
}

TEST(RooflineFile, IsNamedAfterMinuteMachineAndId) {
  EXPECT_EQ(roofline_file_name(small_roofline()), "2026-11-24T0312Z_roofline_lab3-07_bc7d.roofline.json");
}

}  // namespace
}  // namespace assay
