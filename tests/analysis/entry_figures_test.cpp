#include "analysis/entry_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/bundle_file.hpp"
#include "tests/analysis/sample_rooflines.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

std::vector<std::string> names(const std::vector<EntryFigure>& figures) {
  std::vector<std::string> all;
  for (const EntryFigure& figure : figures) {
    all.push_back(figure.name + " in " + figure.unit);
  }
  return all;
}

BundleRecord record_with(const std::vector<EntryFigure>& figures) {
  BundleRecord record;
  record.entries.push_back({.step = "roofline", .kind = "roofline", .file = "a.roofline.json", .figures = figures});
  return record;
}

TEST(EntryFigures, OfARunIsItsHeadlineMetric) {
  const RunDocument run = golden_run();
  const std::vector<EntryFigure> figures = entry_figures(run);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].name, run.metric_name);
  EXPECT_EQ(figures[0].unit, run.metric_unit);
  EXPECT_EQ(figures[0].estimate.point, run.metric.point);
  EXPECT_EQ(figures[0].estimate.reason, run.metric.reason);
}

TEST(EntryFigures, OfARooflineAreItsRoofsOnTheMostThreads) {
  const RooflineMeasurement measurement = sample_roofline();
  const Roofline roofline = fit_roofline(measurement, {.bootstrap = {.draws = 20}});
  const std::vector<EntryFigure> figures = entry_figures(measurement, roofline);
  EXPECT_THAT(names(figures), Contains("f64 peak, 2 threads in flop/s"));
  EXPECT_THAT(names(figures), Contains("memory bandwidth, 2 threads in B/s"));
  EXPECT_THAT(names(figures), Contains("L1 bandwidth, 2 threads in B/s"));
  for (const EntryFigure& figure : figures) {
    EXPECT_TRUE(figure.estimate.point) << figure.name;
    EXPECT_TRUE(figure.estimate.lower) << figure.name;
  }
}

TEST(EntryFigures, OfNothingMeasuredAreNone) { EXPECT_THAT(entry_figures({}, fit_roofline({})), IsEmpty()); }

TEST(EntryFigures, AreKeptInTheBundle) {
  const std::vector<EntryFigure> figures{
      {.name = "memory bandwidth, 2 threads",
       .unit = "B/s",
       .estimate = {.point = 2e10, .lower = 1.9e10, .upper = 2.1e10}},
      {.name = "P99 latency", .unit = "s", .estimate = {.confidence = 0.99, .reason = "needs 12 more queries"}}};
  const BundleRecord record = bundle_from_json(bundle_json(record_with(figures)), "a bundle");
  ASSERT_EQ(record.entries.size(), 1U);
  ASSERT_EQ(record.entries[0].figures.size(), 2U);
  EXPECT_EQ(record.entries[0].figures[0].estimate.upper, 2.1e10);
  EXPECT_EQ(record.entries[0].figures[1].unit, "s");
  EXPECT_FALSE(record.entries[0].figures[1].estimate.point);
  EXPECT_EQ(record.entries[0].figures[1].estimate.reason, "needs 12 more queries");
  EXPECT_TRUE(record.hash_matches);
}

TEST(EntryFigures, MayBeAbsentFromABundleAndAreLimited) {
  nlohmann::json document = nlohmann::json::parse(bundle_json(record_with({})));
  document["entries"][0].erase("figures");
  EXPECT_THAT(bundle_from_json(document.dump(), "a bundle").entries[0].figures, IsEmpty());
  const std::vector<EntryFigure> many(kMostEntryFigures + 1);
  EXPECT_THROW((void)bundle_from_json(bundle_json(record_with(many)), "a bundle"), std::runtime_error);
}

}  // namespace
}  // namespace assay
