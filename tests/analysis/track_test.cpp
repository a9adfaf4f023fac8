#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "analysis/crisis_chart.hpp"
#include "analysis/track_record.hpp"
#include "tests/analysis/json_schema.hpp"
#include "tests/analysis/track_samples.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::edge_with;
using test_support::estimate;
using test_support::record_of;
using test_support::run_with;
using test_support::with_p99;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TrackFigures frames_of(double first, double last) {
  TrackFigures figures;
  figures.fps = last;
  figures.first_30_s_fps = first;
  figures.last_fps = last;
  figures.retention = last / first;
  return figures;
}

TrackRecord mobile_with(double first, double last) {
  TrackRecord record = record_of("mobile");
  record.runs.push_back(run_with("bare", frames_of(first, last)));
  record.runs[0].figures.frames_per_s = 60.0;
  record.runs[0].figures.foreign_share = 0.001;
  return record;
}

TEST(MobileTrack, TheEmulatedEnvelopeHasNoPartInTheFinding) {
  TrackRecord record = mobile_with(60.0, 59.8);
  record.runs.push_back(run_with("envelope", frames_of(60.0, 10.1)));
  record.runs[1].mark.emulated = "phone-60fps";
  record.runs[1].figures.knee_s = 30.0;
  const TrackFindings findings = judge_track(record);
  EXPECT_EQ(findings.outcome, CrisisOutcome::refuted);
  EXPECT_EQ(findings.sentence,
            "The 30-second figure of 60.0 frames/s held to the end of 125 s (59.8 frames/s) on this machine.");
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("demonstrates the audit and says nothing about phones")));
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("burst only")));
  EXPECT_THAT(findings.evidence,
              Contains(AllOf(HasSubstr("EMULATED phone-60fps In the phone's"), HasSubstr("it bends after 30.0 s"))));
  record.runs.erase(record.runs.begin());
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("there is no finding"));
}

TEST(MobileTrack, ALossIsConfirmedOnlyWhereNobodyElseTookTheCpu) {
  TrackRecord record = mobile_with(60.0, 30.0);
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::confirmed);
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("Nothing that was measured says that heat did it"));
  record.runs[0].figures.sustained_cause = "THERMAL";
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("A sensor of this machine says that heat did it"));
  record.runs[0].figures.sustained_cause = "CLOCK DROP";
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("The clock fell with it"));
  const auto open = [](TrackRecord changed, const std::string& words) {
    EXPECT_EQ(judge_track(changed).outcome, CrisisOutcome::open);
    EXPECT_THAT(judge_track(changed).sentence, HasSubstr(words));
  };
  TrackRecord changed = record;
  changed.runs[0].figures.foreign_share = 0.3;
  open(changed, "other processes took 30.0 % of the machine's CPU time");
  changed = record;
  changed.runs[0].figures.foreign_share.reset();
  open(changed, "is not available");
  changed = record;
  changed.runs[0].figures.steal_share = 0.1;
  open(changed, "the hypervisor took 10.0 %");
  changed = record;
  changed.runs[0].figures.quota_s = 1.5;
  open(changed, "a CPU quota held slow frames back");
  changed = record;
  changed.runs[0].figures.sustained_cause = "PREEMPTION";
  open(changed, "others took the CPU");
  changed = record;
  changed.runs[0].valid = false;
  changed.runs[0].invalid_codes = {"latency_constraint", "lateness"};
  open(changed, "The run of this machine is INVALID (lateness)");
}

TEST(MobileTrack, BelowTheDisplaysRateNothingIsClaimed) {
  const TrackFindings findings = judge_track(mobile_with(41.0, 20.0));
  EXPECT_EQ(findings.outcome, CrisisOutcome::open);
  EXPECT_THAT(findings.sentence, HasSubstr("The first 30 s show 41.0 frames/s of 60: the claim is not made"));
  EXPECT_EQ(judge_track(mobile_with(60.0, 55.5)).outcome, CrisisOutcome::open);
  EXPECT_EQ(judge_track(record_of("mobile")).outcome, CrisisOutcome::open);
}

/// The clean model and the robust one; correct words of 1,000 in {clean, field 5 to 15, field 10 to 20}.
RealWorldRecord real_world(std::array<std::uint64_t, 3> loved, std::array<std::uint64_t, 3> robust) {
  RealWorldRecord record{.conditions = {{.name = "clean"},
                                        {.name = "field 5 to 15 dB", .noise = "mixed", .snr_lower_db = 5},
                                        {.name = "field 10 to 20 dB", .noise = "mixed", .snr_lower_db = 10}}};
  for (const char* voices : {"seen", "unseen"}) {
    for (std::size_t i = 0; i < 3; ++i) {
      record.results.push_back({.model = "clean",
                                .voices = voices,
                                .condition = i,
                                .words = 1000,
                                .correct = loved[i],
                                .lost = loved[0] - loved[i]});
      record.results.push_back({.model = "robust",
                                .voices = voices,
                                .condition = i,
                                .words = 1000,
                                .correct = robust[i],
                                .lost = robust[0] - robust[i]});
    }
  }
  record.operations = {
      {.step = "a hop", .arithmetic = "i8", .products = 1e6, .bytes_a_product = 2, .steps_a_second = 100},
      {.step = "a word", .arithmetic = "f32", .products = 1e9, .bytes_a_product = 8, .steps_a_second = 100}};
  record.models = {{.model = "clean", .training_seed = 7}, {.model = "robust", .training_seed = 7}};
  return record;
}

TrackRecord tiny_with(const RealWorldRecord& found) {
  TrackRecord record = record_of("tiny");
  record.field = field_of(found);
  return record;
}

TEST(TinyTrack, HoldsTheFieldAgainstTheCleanFigure) {
  const TrackFindings findings = judge_track(tiny_with(real_world({983, 436, 615}, {955, 800, 867})));
  EXPECT_EQ(findings.outcome, CrisisOutcome::confirmed);
  EXPECT_THAT(findings.sentence,
              AllOf(HasSubstr("right on 98.3 % ["), HasSubstr("at field 10 to 20 dB (mixed noise), on 61.5 % ["),
                    HasSubstr("the field alone costs 36.8 % [")));
  EXPECT_THAT(findings.evidence,
              Contains(AllOf(HasSubstr("the wrong way round"), HasSubstr("983 of 1,000 words, 98.3 % ["),
                             HasSubstr("Each is of 1 training seed"))));
  // Alternatives and steps are judged one by one, never added up.
  EXPECT_THAT(findings.evidence,
              Contains(AllOf(HasSubstr("a hop (i8), by itself: ESTIMATE"), HasSubstr("within 1 mW by this model"))));
  EXPECT_THAT(findings.evidence,
              Contains(AllOf(HasSubstr("a word (f32), by itself: ESTIMATE"), HasSubstr(": above 1 mW by this model"))));
  ASSERT_FALSE(findings.rows.empty());
  EXPECT_TRUE(findings.rows[0].bars[0].is_claim);
}

TEST(TinyTrack, RanksNoModelsThatTheCleanBenchmarkDoesNotTellApart) {
  const TrackFindings findings = judge_track(tiny_with(real_world({982, 436, 615}, {979, 800, 867})));
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("does not tell them apart")));
}

TEST(TinyTrack, SaysSoWhereTheBenchmarkRanksAsTheFieldDoes) {
  const TrackFindings findings = judge_track(tiny_with(real_world({970, 436, 615}, {995, 800, 867})));
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("the benchmark ranks them as the field does")));
}

TEST(TinyTrack, ACleanFigureThatIsNotNearlyAllMakesNoClaim) {
  const TrackFindings findings = judge_track(tiny_with(real_world({900, 436, 615}, {895, 800, 867})));
  EXPECT_EQ(findings.outcome, CrisisOutcome::open);
  EXPECT_THAT(findings.sentence, HasSubstr("the claim is not made here"));
}

TEST(TinyTrack, MarksTheTimesOfAnInvalidRun) {
  TrackRecord record = tiny_with(real_world({983, 436, 615}, {955, 800, 867}));
  record.runs.push_back(run_with("keyword", with_p99(estimate(1e-4, 9e-5, 2e-4))));
  record.runs[0].figures.mean_s = 8e-5;
  record.runs[0].valid = false;
  record.runs[0].invalid_codes = {"clock_step"};
  const TrackFindings findings = judge_track(record);
  EXPECT_THAT(findings.rows.at(1).bars.at(0).label, HasSubstr("INVALID (clock_step) step keyword"));
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("INVALID (clock_step) step keyword: ")));
}

TEST(TinyTrack, PromisesNoGapThatWasNotMeasured) {
  EXPECT_EQ(judge_track(tiny_with(real_world({983, 970, 975}, {955, 950, 952}))).outcome, CrisisOutcome::refuted);
  EXPECT_EQ(judge_track(tiny_with(real_world({983, 900, 935}, {955, 950, 952}))).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(record_of("tiny")).sentence, HasSubstr("nothing is known"));
  EXPECT_FALSE(field_of(RealWorldRecord{}));
}

TEST(TrackFile, FitsItsSchema) {
  const json schema = own_schema("track-1");
  TrackRecord record = edge_with(estimate(0.7, 0.6, 0.8));
  record.choice.mean_s = {{"0.5", 0.0053}};
  CameraSearch search;
  search.probes.resize(1);
  search.held = 1;
  search.broke = 2;
  record.searches.push_back(search);
  record.field = field_of(real_world({983, 436, 615}, {955, 800, 867}));
  record.left_out = {"a: b"};
  record.findings = judge_track(record);
  EXPECT_THAT(schema_findings(schema, json::parse(track_json(record))), IsEmpty());
  EXPECT_THAT(schema_findings(schema, json::parse(track_json(record_of("tiny")))), IsEmpty());
}

TEST(CrisisChart, ReadsWithoutColourAndEscapesWhatItIsGiven) {
  TrackRecord record = edge_with(estimate(0.712, 0.69, 0.733));
  record.machine = "<script>";
  record.runs[0].figures.mean_s = 53e-6;
  record.findings = judge_track(record);
  const std::string page = crisis_section(record).str();
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, Not(HasSubstr("style=")));
  EXPECT_THAT(page, AllOf(HasSubstr("claimed</strong>"), HasSubstr("found</strong>"), HasSubstr("OPEN"),
                          HasSubstr("<table"), HasSubstr("To the Safety Lead")));
  const std::string text = crisis_text(record, {.charset = Charset::ascii});
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

}  // namespace
}  // namespace assay
