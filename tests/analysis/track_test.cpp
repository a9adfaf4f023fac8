#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/crisis_chart.hpp"
#include "analysis/track_record.hpp"
#include "tests/analysis/json_schema.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

EstimateRecord estimate(double point, double lower, double upper) {
  return {.point = point, .lower = lower, .upper = upper, .confidence = 0.95, .reason = {}};
}

TrackRun run_with(const std::string& step, const TrackFigures& figures) {
  return {.step = step,
          .title = "step " + step,
          .file = step + ".run.json",
          .sha256 = std::string(64, 'a'),
          .scenario = "server",
          .parameters = {{"dtype", "f32"}},
          .mark = {},
          .valid = true,
          .duration_s = 125.0,
          .figures = figures};
}

TrackRecord record_of(const std::string& judge) {
  return {.track = judge,
          .judge = judge,
          .title = "Guardian",
          .persona = "lead",
          .north_star = "fast",
          .crisis = "The Lie",
          .claim = "it is fast",
          .stakeholder = "Safety Lead",
          .preset = "quick",
          .created = "2026-11-24T03:12:09Z",
          .tool = "0.1.0 abc",
          .machine = "lab3-07",
          .workload = "ssdlite",
          .window = "10ms@p99",
          .window_s = 0.01,
          .complete = true,
          .choice = {.mode = "calibrated", .parameter = "width", .value = "0.5", .target_s = 0.005, .mean_s = {}}};
}

TrackFigures with_p99(const EstimateRecord& p99_s) {
  TrackFigures figures;
  figures.p99_s = p99_s;
  return figures;
}

TrackFigures with_missed(const EstimateRecord& missed) {
  TrackFigures figures;
  figures.missed_share = missed;
  return figures;
}

TrackRecord edge_with(const EstimateRecord& missed) {
  TrackRecord record = record_of("edge");
  TrackFigures single = with_p99(estimate(0.0078, 0.0077, 0.0079));
  single.mean_s = 0.0053;
  TrackFigures aligned = with_missed(missed);
  aligned.p99_s = estimate(0.030, 0.029, 0.031);
  aligned.longest_miss_run = 31;
  record.runs.push_back(run_with("single", single));
  record.runs.push_back(run_with("multi", with_p99(estimate(0.031, 0.030, 0.033))));
  record.runs.push_back(run_with("aligned", aligned));
  return record;
}

TEST(EdgeTrack, TellsTheSafetyLeadWhenEightCamerasMiss) {
  const TrackFindings findings = judge_track(edge_with(estimate(0.712, 0.69, 0.733)));
  EXPECT_EQ(findings.outcome, CrisisOutcome::confirmed);
  EXPECT_EQ(findings.sentence,
            "One camera answers in 5.30 ms on average (P99 7.80 ms); with eight cameras on one trigger 71.2 % [69.0 %, "
            "73.3 %] of the frames miss the 10.0 ms. SingleStream did not measure that load: by its figures alone the "
            "loop must not go on the road.");
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("31 frames")));
  // 8 x 7.8 ms = 62.4 ms, over the measured 31 ms.
  EXPECT_THAT(findings.evidence, Contains(AllOf(HasSubstr("62.4 ms"), HasSubstr("a factor of 2.01"))));
}

TEST(EdgeTrack, SaysSoWhereEightCamerasHold) {
  const TrackFindings findings = judge_track(edge_with(estimate(0.002, 0.001, 0.004)));
  EXPECT_EQ(findings.outcome, CrisisOutcome::refuted);
  EXPECT_THAT(findings.sentence, HasSubstr("the one camera's figure holds for eight"));
}

TEST(EdgeTrack, LeavesOpenWhatTheIntervalDoesNotDecide) {
  EXPECT_EQ(judge_track(edge_with(estimate(0.02, 0.005, 0.04))).outcome, CrisisOutcome::open);
  TrackRecord ended = edge_with(estimate(0.7, 0.6, 0.8));
  ended.runs.pop_back();
  EXPECT_EQ(judge_track(ended).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(ended).sentence, HasSubstr("there is no finding"));
}

TEST(EdgeTrack, ALateGeneratorAloneConfirmsNothing) {
  TrackRecord record = edge_with(estimate(0.7, 0.6, 0.8));
  record.runs[2].invalid_codes = {"latency_constraint", "lateness"};
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::confirmed);  // MultiStream, which has no schedule, is slow too
  record.runs[1].figures.p99_s = estimate(0.009, 0.008, 0.0095);
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("the generator itself was late"));
}

TEST(EdgeTrack, NamesTheRemediesThatHoldAndTheBestOfThoseThatDoNot) {
  TrackRecord record = edge_with(estimate(0.7, 0.6, 0.8));
  record.runs.push_back(run_with("staggered", with_missed(estimate(0.03, 0.02, 0.04))));
  record.runs.push_back(run_with("aligned-i8", with_missed(estimate(0.5, 0.45, 0.55))));
  EXPECT_THAT(judge_track(record).evidence,
              Contains(AllOf(HasSubstr("None of the 2 remedies"), HasSubstr("staggered triggers, misses 3.00 %"))));
  record.runs.push_back(run_with("staggered-realtime", with_missed(estimate(0.003, 0.001, 0.006))));
  EXPECT_THAT(judge_track(record).evidence,
              Contains(HasSubstr("Within the 1 % that P99 allows: real-time priority, staggered triggers; the best of "
                                 "them misses 0.300 %")));
}

TEST(EdgeTrack, ADetectorTooSlowAloneIsNoCrisisOfTheBenchmark) {
  TrackRecord record = edge_with(estimate(0.99, 0.98, 1.0));
  record.runs[0].figures.mean_s = 0.0103;
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("already alone it is beyond the window"));
}

TEST(EdgeTrack, AnInterruptedRunIsNoEvidence) {
  TrackRecord record = edge_with(estimate(0.7, 0.6, 0.8));
  record.runs[2].interrupted = true;
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
}

TrackFigures frames_of(double first, double last) {
  TrackFigures figures;
  figures.fps = last;
  figures.first_30_s_fps = first;
  figures.last_fps = last;
  figures.retention = last / first;
  return figures;
}

TEST(MobileTrack, ConfirmsWithTheMarkOfWhatIsEmulated) {
  TrackRecord record = record_of("mobile");
  record.runs.push_back(run_with("bare", frames_of(60.0, 59.8)));
  record.runs.push_back(run_with("envelope", frames_of(60.0, 10.1)));
  record.runs[1].mark.emulated = "phone-60fps";
  record.runs[1].figures.knee_s = 30.0;
  const TrackFindings findings = judge_track(record);
  EXPECT_EQ(findings.outcome, CrisisOutcome::confirmed);
  EXPECT_EQ(
      findings.sentence,
      "EMULATED phone-60fps In the phone's envelope: 30 s show 60.0 frames/s, and 10.1 frames/s are left after 125 "
      "s: plan for the second number, for nobody wears the glasses for 30 s. This machine itself keeps 59.8 "
      "frames/s: what it lacks is a phone's heat.");
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("no evidence about phones")));
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("burst only")));
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("it bends after 30.0 s")));
}

TEST(MobileTrack, PromisesNoPeakThatWasNotSeen) {
  TrackRecord record = record_of("mobile");
  record.runs.push_back(run_with("bare", frames_of(60.0, 59.9)));
  record.runs.push_back(run_with("envelope", frames_of(60.0, 59.5)));
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::refuted);
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("no thermal peak was seen here, nor in the envelope"));
  record.runs.clear();
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
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
      {.step = "a hop", .arithmetic = "i8", .products = 1e6, .bytes_a_product = 2, .steps_a_second = 100}};
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
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("the wrong way round")));
  EXPECT_THAT(findings.evidence, Contains(AllOf(HasSubstr("ESTIMATE"), HasSubstr("within 1 mW by this model"))));
  ASSERT_FALSE(findings.rows.empty());
  EXPECT_TRUE(findings.rows[0].bars[0].is_claim);
}

TEST(TinyTrack, RanksNoModelsThatTheCleanBenchmarkDoesNotTellApart) {
  const TrackFindings findings = judge_track(tiny_with(real_world({982, 436, 615}, {979, 800, 867})));
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("does not tell the two models apart")));
}

TEST(TinyTrack, PromisesNoGapThatWasNotMeasured) {
  EXPECT_EQ(judge_track(tiny_with(real_world({983, 970, 975}, {955, 950, 952}))).outcome, CrisisOutcome::refuted);
  EXPECT_EQ(judge_track(tiny_with(real_world({983, 900, 935}, {955, 950, 952}))).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(record_of("tiny")).sentence, HasSubstr("nothing is known"));
  EXPECT_FALSE(field_of(RealWorldRecord{}));
}

TEST(TrackFile, FitsItsSchema) {
  std::ifstream file(ASSAY_SCHEMA_FOLDER "/track-1.schema.json");
  const json schema = json::parse(file);
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
  EXPECT_THAT(page, AllOf(HasSubstr("claimed</strong>"), HasSubstr("found</strong>"), HasSubstr("CONFIRMED"),
                          HasSubstr("<table"), HasSubstr("To the Safety Lead")));
  const std::string text = crisis_text(record, {.charset = Charset::ascii});
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

}  // namespace
}  // namespace assay
