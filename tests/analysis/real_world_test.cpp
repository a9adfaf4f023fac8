#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/accuracy_chart.hpp"
#include "analysis/real_world_record.hpp"
#include "tests/analysis/json_schema.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

RealWorldRecord sample_record() {
  RealWorldRecord record{.created = "2026-01-01T00:00:00Z", .program = "0.1.0", .seed = 3};
  record.models = {{.model = "clean", .training_seed = 1, .file_bytes = 26868}};
  record.conditions = {{.name = "clean"}};
  for (const double snr : {20.0, 10.0, 0.0}) {
    record.conditions.push_back({.name = "babble", .noise = "babble", .snr_lower_db = snr, .snr_upper_db = snr});
  }
  record.conditions.push_back({.name = "field 10 to 20 dB",
                               .noise = "mixed",
                               .snr_lower_db = 10,
                               .snr_upper_db = 20,
                               .rt60_lower_s = 0.2,
                               .rt60_upper_s = 0.5});
  const std::array<std::uint64_t, 5> correct{98, 95, 75, 15, 61};
  for (std::size_t i = 0; i < correct.size(); ++i) {
    record.results.push_back({.model = "clean",
                              .voices = "unseen",
                              .condition = i,
                              .words = 100,
                              .correct = correct[i],
                              .lost = i == 4 ? 39U : 98 - correct[i],
                              .gained = i == 4 ? 2U : 0U});
  }
  record.timings = {{.step = "ds_cnn i8, a window of 1 s",
                     .repetitions = 10,
                     .p50_s = 6e-5,
                     .p99_s = 1e-4,
                     .sound_s = 1,
                     .p50_limits = {.lower_s = 5e-5, .upper_s = 7e-5},
                     .p99_limits = {.lower_s = 6e-5, .reason = "needs 358 more samples"}}};
  record.operations = {
      {.step = "ds_cnn window", .arithmetic = "i8", .products = 1e6, .bytes_a_product = 2, .steps_a_second = 50},
      {.step = "ds_cnn window", .arithmetic = "f32", .products = 1e6, .bytes_a_product = 8, .steps_a_second = 100}};
  record.isolation_latency_s = 0.02;
  return record;
}

TEST(AccuracyCurves, RunFromQuietToLoudBesideTheCleanFigure) {
  const std::vector<AccuracyCurve> curves = accuracy_curves(sample_record());
  ASSERT_EQ(curves.size(), 1U) << "no series without a point; the mixed field is no curve";
  EXPECT_EQ(curves[0].noise, "babble");
  EXPECT_EQ(curves[0].without_noise.point, 0.98);
  ASSERT_EQ(curves[0].points.size(), 3U);
  EXPECT_EQ(curves[0].points.front().snr_db, 20.0);
  EXPECT_EQ(curves[0].points.back().share.point, 0.15);
  EXPECT_TRUE(accuracy_curves({}).empty());
}

TEST(AccuracyCharts, DrawEachPointAndSayItInATable) {
  std::vector<AccuracyCurve> curves = accuracy_curves(sample_record());
  curves[0].noise = "<b>";
  const std::string page = accuracy_charts(curves).str();
  EXPECT_THAT(page, AllOf(HasSubstr("&lt;b&gt;"), Not(HasSubstr("<b>")), Not(HasSubstr("style="))));
  // By hand: 95 % stands at 244 - 0.95 * 230; 20 dB at the left end of the axis, shifted by the first of four series.
  EXPECT_THAT(page, HasSubstr("<circle r=\"4\" cx=\"145.5\" cy=\"25.5\"/>"));
  EXPECT_THAT(page, AllOf(HasSubstr("<th scope=\"row\">trained on clean speech</th>"), HasSubstr("10 dB")));
  EXPECT_TRUE(accuracy_charts({}).empty());
  curves[0].points.resize(1);  // an axis of one ratio
  EXPECT_THAT(accuracy_charts(curves).str(), Not(HasSubstr("nan")));
}

TEST(Wilson, IsTheScoreInterval) {
  // By hand, z = 1.959964: 8 of 10 has its centre at (0.8 + 0.192073) / 1.384146 and half of it 0.226606.
  const ShareInterval eight = wilson({.successes = 8, .trials = 10}, 0.95);
  EXPECT_NEAR(eight.lower, 0.490162, 1e-6);
  EXPECT_NEAR(eight.upper, 0.943318, 1e-6);
  // Without a failure the lower end is n / (n + z^2).
  const ShareInterval all = wilson({.successes = 50, .trials = 50}, 0.95);
  EXPECT_NEAR(all.lower, 50 / (50 + 3.841459), 1e-6);
  EXPECT_EQ(all.upper, 1.0);
  EXPECT_EQ(wilson({}, 0.95).upper, 1.0);
  EXPECT_THROW((void)wilson({.successes = 2, .trials = 1}, 0.95), std::invalid_argument);
}

TEST(RealWorldRecord, GapIsPairedByWords) {
  const RealWorldRecord record = sample_record();
  const AccuracyGap gap = gap_of(record.results.back());
  EXPECT_NEAR(gap.points, 37.0, 1e-9);
  EXPECT_LT(gap.lower, 37.0);
  EXPECT_GT(gap.upper, 37.0);
  EXPECT_EQ(gap_of({}).points, 0.0);
}

TEST(RealWorldRecord, GapHasNewcombesInterval) {
  // Published: both 1, only the first 1, only the second 7, neither 12 of 21; -0.507 to -0.026 (Fagerland, Lydersen and
  // Laake, Statistics in Medicine 33, 2014). Here the first is clean.
  const AccuracyGap published = gap_of({.words = 21, .correct = 8, .lost = 1, .gained = 7});
  EXPECT_NEAR(published.points, -28.571, 1e-3);
  EXPECT_NEAR(published.lower, -50.7, 0.05);
  EXPECT_NEAR(published.upper, -2.6, 0.05);
  // By hand, both 14, only clean 5, neither 22 of 41: Wilson 0.317431 to 0.608085 of 19, 0.215613 to 0.494269 of 14;
  // correlation (308 - 20.5) / sqrt(19 * 22 * 14 * 27) = 0.723276.
  const AccuracyGap worked = gap_of({.words = 41, .correct = 14, .lost = 5});
  EXPECT_NEAR(worked.lower, 1.1483, 1e-4);
  EXPECT_NEAR(worked.upper, 22.6493, 1e-4);
}

TEST(RealWorldRecord, GapKeepsAWidthWhereNoWordChangedSides) {
  // 98 of 100 both times. Wilson: 0.930 to 0.9945; correlation (196 - 50) / 196.
  const AccuracyGap same = gap_of({.words = 100, .correct = 98});
  EXPECT_NEAR(same.lower, -4.0388, 1e-4);
  EXPECT_NEAR(same.upper, 4.0388, 1e-4);
  EXPECT_NEAR(gap_of({.words = 100, .correct = 100}).upper, 3.6993, 1e-4);
}

TEST(RealWorldRecord, CrossingsLieOnStraightLinesBetweenPoints) {
  const RealWorldRecord record = sample_record();
  const FieldResult& series = record.results.front();
  const SnrCrossing ninety = snr_crossing(record, series, "babble", 0.9);
  EXPECT_NEAR(ninety.point_db.value(), 17.5, 1e-9);  // 95 to 75 from 20 to 10 dB
  // Wilson's upper ends of 95 and 75 of 100 are 0.978456 and 0.824540; the lower end of 95 is 0.888250.
  EXPECT_NEAR(ninety.lower_db.value(), 20.0 - 10.0 * (0.978456 - 0.9) / (0.978456 - 0.824540), 1e-3);
  EXPECT_FALSE(ninety.upper_db);  // below from its start
  const SnrCrossing sixty = snr_crossing(record, series, "babble", 0.6);
  EXPECT_NEAR(sixty.point_db.value(), 7.5, 1e-9);  // 75 to 15 from 10 to 0 dB
  EXPECT_LT(sixty.lower_db.value(), 7.5);
  EXPECT_GT(sixty.upper_db.value(), 7.5);
  EXPECT_FALSE(snr_crossing(record, series, "babble", 0.99).point_db);
  EXPECT_FALSE(snr_crossing(record, series, "babble", 0.05).point_db);
  EXPECT_FALSE(snr_crossing(record, series, "street", 0.9).point_db);
  EXPECT_THAT(curve_noises(record), ::testing::ElementsAre("babble"));
}

TEST(RealWorldRecord, EnergyIsOperationsTimesHorowitz) {
  const RealWorldRecord record = sample_record();
  const EnergyEstimate eight = energy_estimate(record.operations[0]);
  EXPECT_NEAR(eight.upper_j, 1e6 * (0.3 + 5.0) * 1e-12, 1e-15);
  EXPECT_NEAR(eight.lower_j, 1e6 * (0.3 + 0.625) * 1e-12, 1e-15);
  EXPECT_NEAR(eight.upper_w, 50 * 5.3e-6, 1e-12);
  EXPECT_NEAR(energy_estimate(record.operations[1]).upper_j, 1e6 * (4.6 + 20.0) * 1e-12, 1e-15);
}

TEST(RealWorldRecord, TextMarksEstimatesAndTellsWhoseVoices) {
  const std::string text = real_world_text(sample_record());
  EXPECT_THAT(text, HasSubstr("voices that no training heard"));
  EXPECT_THAT(text, HasSubstr("98.0 [93.0, 99.4]"));
  EXPECT_THAT(text, HasSubstr("98.0 % clean, 61.0 % in field 10 to 20 dB: a gap of 37.0 points ["));
  EXPECT_THAT(text, HasSubstr("P50 60.0 µs [50.0, 70.0], P99 100 µs"));
  EXPECT_THAT(text, HasSubstr("(needs 358 more samples)"));
  EXPECT_THAT(text, HasSubstr("interpolated"));
  EXPECT_THAT(text, HasSubstr("crosses 90 % at 17.5 dB [14.9, none]"));
  EXPECT_THAT(text, HasSubstr("7.30 mJ a ds_cnn window"));
  EXPECT_THAT(text, HasSubstr("ESTIMATE ds_cnn window"));
  EXPECT_THAT(text, HasSubstr("within 1 mW"));
  EXPECT_THAT(text, HasSubstr("only with reuse of operands within 1 mW"));
  EXPECT_THAT(text, HasSubstr("not measured"));
}

TEST(RealWorldSchema, DescribesEveryFileThatIsWritten) {
  const json schema = own_schema("realworld-1");
  const json written = json::parse(real_world_json(sample_record()));
  EXPECT_THAT(schema_findings(schema, written), IsEmpty());
  EXPECT_THAT(schema_findings(schema, json::parse(real_world_json(RealWorldRecord{}))), IsEmpty());
  EXPECT_EQ(written.at("results").at(4).at("condition"), "field 10 to 20 dB");
  EXPECT_EQ(written.at("energy_estimates").at(0).at("kind"), "ESTIMATE");
  EXPECT_EQ(written.at("timings").at(0).at("p50_limits").at("upper_s"), 7e-5);
  EXPECT_EQ(written.at("timings").at(0).at("p99_limits").at("reason"), "needs 358 more samples");
  EXPECT_EQ(written.at("crossings").at(0).at("snr_db_at_accuracy_0.9").at("kind"), "interpolated");
  json other = written;
  other["results"][0]["accuracy"]["point"] = "98 %";
  EXPECT_THAT(schema_findings(schema, other), ::testing::SizeIs(1));
}

}  // namespace
}  // namespace assay
