#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/crisis_chart.hpp"
#include "analysis/energy_estimate.hpp"
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

TrackFigures single_figures() { return {.mean_s = 0.0053, .p99_s = estimate(0.0078, 0.0077, 0.0079)}; }

TrackRecord edge_with(const EstimateRecord& missed) {
  TrackRecord record = record_of("edge");
  record.runs.push_back(run_with("single", single_figures()));
  record.runs.push_back(run_with("multi", {.p99_s = estimate(0.031, 0.030, 0.033)}));
  record.runs.push_back(run_with(
      "aligned",
      {.p99_s = estimate(0.030, 0.029, 0.031), .missed_share = missed, .frames = 2000, .longest_miss_run = 31}));
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
  record.runs.push_back(run_with("staggered", {.missed_share = estimate(0.03, 0.02, 0.04)}));
  record.runs.push_back(run_with("aligned-i8", {.missed_share = estimate(0.5, 0.45, 0.55)}));
  EXPECT_THAT(judge_track(record).evidence,
              Contains(AllOf(HasSubstr("None of the 2 remedies"), HasSubstr("staggered triggers, misses 3.00 %"))));
  record.runs.push_back(run_with("staggered-realtime", {.missed_share = estimate(0.003, 0.001, 0.006)}));
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
  return {.fps = last, .first_30_s_fps = first, .last_fps = last, .retention = last / first};
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

TEST(TinyTrack, HoldsTheFieldAgainstTheCleanFigure) {
  TrackRecord record = record_of("tiny");
  const std::string sentence = judge_track(record).sentence;
  EXPECT_THAT(sentence, HasSubstr("nothing is known"));
  record.accuracies = {{"clean", "clean recordings", estimate(0.983, 0.971, 0.99), 807},
                       {"field", "reverberation, 10 to 20 dB", estimate(0.615, 0.56, 0.667), 330},
                       {"field, robust model", "robust model", estimate(0.867, 0.826, 0.9), 330}};
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::confirmed);
  EXPECT_THAT(judge_track(record).sentence,
              AllOf(HasSubstr("98.3 % [97.1 %, 99.0 %]"), HasSubstr("61.5 % [56.0 %, 66.7 %]")));
  EXPECT_THAT(judge_track(record).evidence, Contains(HasSubstr("robust model 86.7 %")));
  record.accuracies[1].share = estimate(0.978, 0.96, 0.989);
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::refuted);
  record.accuracies[1].share = estimate(0.93, 0.90, 0.95);
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
}

TEST(EnergyEstimate, CountsOperationsAndBytes) {
  // 1e6 multiply-adds in int8: 0.23 uJ; 1e5 bytes from 8 KiB at 1.25 pJ: 0.125 uJ; two bytes each from 32 KiB: 5 uJ.
  const EnergyEstimate estimate = estimate_energy(2e6, 1e5, 1);
  EXPECT_NEAR(estimate.lower_j, 0.355e-6, 1e-12);
  EXPECT_NEAR(estimate.upper_j, 5.23e-6, 1e-12);
  // In floating point: 4.6 uJ and eight bytes each.
  EXPECT_NEAR(estimate_energy(2e6, 0.0, 4).upper_j, 24.6e-6, 1e-12);
  EXPECT_THAT(estimate_text(estimate, 100.0),
              AllOf(HasSubstr("ESTIMATE"), HasSubstr("not measured"), HasSubstr("35.5"), HasSubstr("523")));
}

TEST(TrackFile, FitsItsSchema) {
  std::ifstream file(ASSAY_SCHEMA_FOLDER "/track-1.schema.json");
  const json schema = json::parse(file);
  TrackRecord record = edge_with(estimate(0.7, 0.6, 0.8));
  record.choice.mean_s = {{"0.5", 0.0053}};
  record.searches.push_back({.step = "cameras",
                             .title = "how many",
                             .probes = {{.cameras = 1, .held = true, .missed_share = {}, .file = "f"}},
                             .held = 1,
                             .broke = 2});
  record.accuracies = {{"clean", "clean", estimate(0.9, 0.8, 0.95), 100}};
  record.left_out = {"a: b"};
  record.findings = judge_track(record);
  EXPECT_THAT(schema_findings(schema, json::parse(track_json(record))), IsEmpty());
  EXPECT_THAT(schema_findings(schema, json::parse(track_json(record_of("tiny")))), IsEmpty());
}

TEST(CrisisChart, ReadsWithoutColourAndEscapesWhatItIsGiven) {
  TrackRecord record = edge_with(estimate(0.712, 0.69, 0.733));
  record.machine = "<script>";
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
