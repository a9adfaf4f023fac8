#include "analysis/gallery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/gallery_html.hpp"
#include "analysis/natural_order.hpp"
#include "tests/analysis/sample_fleet.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

Gallery gallery_of(const std::vector<BundleRecord>& records) { return make_gallery(found(records), {}); }

const GalleryFigure& figure_named(const GalleryGroup& group, const std::string& title) {
  const auto place = std::ranges::find(group.figures, title, &GalleryFigure::title);
  if (place == group.figures.end()) {
    throw std::invalid_argument(title);
  }
  return *place;
}

TEST(Gallery, NamesTheOneMachineThatIsOff) {
  const Gallery gallery = gallery_of(sample_fleet(24));
  ASSERT_THAT(gallery.groups, SizeIs(1));
  EXPECT_THAT(gallery.groups[0].outliers, SizeIs(1));
  // n13 has no roofline: 22 siblings are left.
  EXPECT_THAT(gallery.groups[0].outliers[0], StartsWith("n17: memory bandwidth, 2 threads 8.9 %"));
  EXPECT_THAT(gallery.groups[0].outliers[0],
              HasSubstr("] below its 22 identical siblings (18.3 GB/s against a median"));
  EXPECT_EQ(gallery.machine_count, 24U);
  EXPECT_THAT(gallery.warnings, IsEmpty());
}

TEST(Gallery, SaysThatFiveSiblingsAreNeeded) {
  const GalleryGroup group = gallery_of(sample_fleet(4)).groups.at(0);
  EXPECT_THAT(group.outliers, IsEmpty());
  EXPECT_THAT(group.notes, ElementsAre(HasSubstr("that takes 5 siblings, and there are 4")));
}

TEST(Gallery, KeepsWhatIsInvalidOutOfTheComparison) {
  std::vector<BundleRecord> fleet = sample_fleet(24);
  for (BundleEntry& entry : fleet[4].entries) {
    entry.figures[0].estimate.point = 1e3;
  }
  fleet[4].entries[0].valid = false;
  const GalleryGroup group = gallery_of(fleet).groups.at(0);
  const GalleryValue& value = figure_named(group, "single: p90 latency (early stopping)").values.at(4);
  EXPECT_EQ(value.repeats, 0U);
  EXPECT_EQ(value.invalid, 3U);
  EXPECT_EQ(value.invalid_code, "background_load");
  EXPECT_FALSE(value.comparison);
  EXPECT_EQ(node_state(group.nodes[4]), "INVALID");
  EXPECT_EQ(node_findings(group.nodes[4])[1], "INVALID: single (background_load)");
}

TEST(Gallery, KeepsAChangedBundleOutOfTheComparison) {
  std::vector<FoundBundle> bundles = found(sample_fleet(24));
  bundles[16].summary.hash_matches = false;
  const GalleryGroup group = make_gallery(bundles, {}).groups.at(0);
  EXPECT_THAT(group.outliers, IsEmpty());
  EXPECT_EQ(node_state(group.nodes[16]), "CHANGED");
}

TEST(Gallery, TakesTheMedianAndRangeOfRepeats) {
  BundleRecord record = sample_bundle(1, "a");
  double point = 100.0;
  for (BundleEntry& entry : record.entries) {
    if (entry.step == "offline") {
      entry.figures[0].estimate.point = point;
      point += 10.0;
    }
  }
  const GalleryGroup group = gallery_of({record}).groups.at(0);
  const EstimateRecord& estimate = figure_named(group, "offline: samples per second").values.at(0).estimate;
  EXPECT_EQ(estimate.point, 110.0);
  EXPECT_EQ(estimate.lower, 100.0);
  EXPECT_EQ(estimate.upper, 120.0);
  EXPECT_EQ(estimate.reason, "median and range of 3 repeats");
}

TEST(Gallery, NeverMixesEnvelopesOrSuitesWithTheMachineAsItIs) {
  std::vector<BundleRecord> fleet = sample_fleet(3);
  fleet[1].system = SystemKind::envelope;
  fleet[1].limits = {.name = "narrow", .cpus = "0", .simd = "sse2"};
  fleet[2].suite_sha256 = "another";
  const Gallery gallery = gallery_of(fleet);
  ASSERT_THAT(gallery.groups, SizeIs(3));
  EXPECT_THAT(gallery_text(gallery, Charset::utf8), HasSubstr("suite default, envelope narrow (cpus=0 simd=sse2)"));
}

TEST(Gallery, ShowsTheNewestBundleOfAMachine) {
  std::vector<BundleRecord> bundles{sample_bundle(1, "a"), sample_bundle(3, "a"), sample_bundle(2, "a")};
  Gallery gallery = gallery_of(bundles);
  ASSERT_THAT(gallery.groups.at(0).nodes, SizeIs(1));
  EXPECT_EQ(gallery.groups[0].nodes[0].bundle.summary.id, bundles[1].id);
  EXPECT_EQ(gallery.groups[0].nodes[0].older, 2U);
  bundles[2].supersedes = bundles[1].id;  // a correction counts more than the time
  gallery = gallery_of(bundles);
  EXPECT_EQ(gallery.groups[0].nodes[0].bundle.summary.id, bundles[2].id);
}

TEST(Gallery, WarnsOfIdentitiesThatCannotBeRight) {
  std::vector<BundleRecord> fleet = sample_fleet(4);
  fleet[1].identity.id = fleet[0].identity.id;
  fleet[3].identity.label = fleet[2].identity.label;
  EXPECT_THAT(gallery_of(fleet).warnings,
              ElementsAre(HasSubstr("under 2 labels: n01, n02"), HasSubstr("2 machines are called n03")));
}

TEST(Gallery, SortsLabelsByTheirNumbers) {
  EXPECT_TRUE(natural_less("n2", "n10"));
  EXPECT_TRUE(natural_less("n09", "n10"));
  EXPECT_TRUE(natural_less("a", "a1"));
  EXPECT_TRUE(natural_less("rack1-n2", "rack1-n11"));
  EXPECT_FALSE(natural_less("n10", "n2"));
  EXPECT_FALSE(natural_less("n1", "n1"));
  EXPECT_NE(natural_less("n01", "n1"), natural_less("n1", "n01"));
}

TEST(Gallery, OfNothingIsAPageAllTheSame) {
  const Gallery gallery = make_gallery({}, {{.place = "x", .reason = "x: not valid JSON"}});
  EXPECT_THAT(gallery_html(gallery, "nothing"), HasSubstr("x: not valid JSON"));
  EXPECT_THAT(gallery_text(gallery, Charset::ascii), HasSubstr("not read: x: x: not valid JSON"));
}

TEST(Gallery, PageIsSmallAndHasNoScript) {
  const std::string page = gallery_html(gallery_of(sample_fleet(40)), "forty machines");
  EXPECT_LT(page.size(), 1'000'000U);
  EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("style=")));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
  EXPECT_THAT(page, HasSubstr("n17"));
}

TEST(Gallery, ShowsHostileTextsAsTheyAre) {
  std::vector<BundleRecord> fleet = sample_fleet(6);
  for (BundleRecord& record : fleet) {
    record.identity.label += kHostileLabel;
    record.suite = record.machine.cpu_model = record.tool.version = kHostileLabel;
    record.gaps.push_back({.step = kHostileLabel, .reason = kHostileLabel});
    record.entries[0].figures[0].name = record.entries[0].figures[0].unit = kHostileLabel;
    record.entries[1].figures[0].estimate = {.reason = kHostileLabel};
    record.entries[2].valid = false;
    record.entries[2].invalid_codes = {kHostileLabel};
  }
  const std::string page =
      gallery_html(make_gallery(found(fleet), {{.place = kHostileLabel, .reason = kHostileLabel}}), kHostileLabel);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("</script>")));
  EXPECT_THAT(page, Not(HasSubstr("onerror=\"")));
  EXPECT_THAT(page, HasSubstr("&lt;img"));
}

TEST(Gallery, JsonParsesAndHoldsEveryMachine) {
  const auto json = nlohmann::json::parse(gallery_json(gallery_of(sample_fleet(24))));
  EXPECT_EQ(json["schema"], "assay/index/1");
  EXPECT_EQ(json["groups"][0]["nodes"].size(), 24U);
  EXPECT_EQ(json["groups"][0]["nodes"][4]["state"], "INVALID");
  EXPECT_EQ(json["groups"][0]["figures"][4]["values"][16]["comparison"]["stands_out"], true);
}

TEST(Gallery, ShowsAFewOfManyMachinesWithTheOutlierAmongThem) {
  const std::string page = gallery_html(gallery_of(sample_fleet(600)), "many");
  EXPECT_THAT(page, HasSubstr("200 of 600 machines are shown"));
  EXPECT_THAT(page, HasSubstr("n17: 18.29 GB/s"));
  EXPECT_LT(page.size(), 2'000'000U);
}

TEST(Gallery, EqualFiguresAndNonsenseAreDrawn) {
  std::vector<BundleRecord> fleet = sample_fleet(6);
  for (BundleRecord& record : fleet) {
    record.entries[0].figures = {
        {.name = "zero", .unit = "B/s", .estimate = {.point = 0.0}},
        {.name = "negative", .unit = "B/s", .estimate = {.point = -5.0, .lower = 3.0, .upper = -1e308}},
        {.name = "huge", .unit = "B/s", .estimate = {.point = 1e308, .lower = -1e308, .upper = 1e308}},
        {.name = "tiny", .unit = "s", .estimate = {.point = 5e-324, .lower = 0.0, .upper = 1e-323}}};
  }
  const std::string page = gallery_html(gallery_of(fleet), "nonsense");
  EXPECT_THAT(page, Not(HasSubstr("\"nan")));
  EXPECT_THAT(page, Not(HasSubstr("\"inf")));
  EXPECT_THAT(page, Not(HasSubstr("\"-nan")));
  EXPECT_LT(page.size(), 300'000U);
}

TEST(BundleSummary, ComesBackFromItsJson) {
  std::vector<BundleRecord> fleet = sample_fleet(13);
  for (const BundleRecord& record : fleet) {
    const BundleSummary summary = summary_of(record);
    const BundleSummary again = summary_from_json(summary_json(summary));
    EXPECT_EQ(summary_json(again), summary_json(summary));
    EXPECT_EQ(again.identity.label, record.identity.label);
    EXPECT_EQ(again.entries.size(), record.entries.size());
    EXPECT_EQ(again.gaps.size(), record.gaps.size());
    EXPECT_EQ(again.sound(), summary.sound());
  }
  EXPECT_THROW((void)summary_from_json("{}"), std::runtime_error);
  EXPECT_THROW((void)summary_from_json(R"({"id":1})"), std::runtime_error);
}

}  // namespace
}  // namespace assay
