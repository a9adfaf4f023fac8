#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/track_record.hpp"
#include "tests/analysis/track_samples.hpp"

namespace assay {
namespace {

using test_support::edge_with;
using test_support::estimate;
using test_support::run_with;
using test_support::with_missed;
using test_support::with_p99;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST(EdgeTrack, TellsTheSafetyLeadWhenEightCamerasMiss) {
  const TrackFindings findings = judge_track(edge_with(estimate(0.712, 0.69, 0.733)));
  EXPECT_EQ(findings.outcome, CrisisOutcome::confirmed);
  EXPECT_EQ(findings.sentence,
            "One camera answers in 5.30 ms on average (P99 7.80 ms); with 8 cameras at 30 frames/s, aligned, 71.2 % "
            "[69.0, 73.3] of the frames miss the 10.0 ms. SingleStream did not measure that load: by its figures alone "
            "the loop must not go on the road.");
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("31 frames")));
  // 8 x 7.8 ms = 62.4 ms, over the measured 31 ms.
  EXPECT_THAT(findings.evidence,
              Contains(AllOf(HasSubstr("62.4 ms"), HasSubstr("inferred / measured 2.01: the rule says too much"),
                             HasSubstr("has 266 queries, and MLPerf asks for 662: it needs 396 more"))));
}

TEST(EdgeTrack, SaysSoWhereEightCamerasHold) {
  const TrackFindings findings = judge_track(edge_with(estimate(0.002, 0.001, 0.004)));
  EXPECT_EQ(findings.outcome, CrisisOutcome::refuted);
  EXPECT_THAT(findings.sentence, HasSubstr("the one camera's figure holds for 8 cameras"));
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
  record.runs[2].valid = false;
  record.runs[2].invalid_codes = {"latency_constraint", "lateness"};
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::confirmed);  // MultiStream, which has no schedule, is slow too
  record.runs[1].figures.p99_s = estimate(0.009, 0.008, 0.0095);
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("the generator itself was late"));
}

TEST(EdgeTrack, NamesTheRemediesThatHoldAndTheBestOfThoseThatDoNot) {
  TrackRecord record = edge_with(estimate(0.7, 0.6, 0.8));
  const auto cameras = [](const std::string& phase, const EstimateRecord& missed) {
    TrackFigures figures = with_missed(missed);
    figures.streams = 8;
    figures.frames_per_s = 30.0;
    figures.phase = phase;
    return figures;
  };
  record.runs.push_back(run_with("staggered", cameras("staggered", estimate(0.03, 0.02, 0.04))));
  record.runs.push_back(run_with("aligned-i8", cameras("aligned", estimate(0.5, 0.45, 0.55))));
  record.runs.back().parameters = {{"dtype", "i8"}};
  EXPECT_THAT(judge_track(record).evidence, Contains(AllOf(HasSubstr("None of the 2 remedies"),
                                                           HasSubstr("at 30 frames/s, staggered, misses 3.00 %"))));
  record.runs.push_back(run_with("staggered-realtime", cameras("staggered", estimate(0.003, 0.001, 0.006))));
  record.runs.back().figures.worker_scheduling = "SCHED_FIFO 50";
  EXPECT_THAT(judge_track(record).evidence,
              Contains(HasSubstr("Within the 1.00 % that P99 allows: 8 cameras at 30 frames/s, staggered, workers "
                                 "SCHED_FIFO 50; the best of them misses 0.300 %")));
  record.runs.back().valid = false;
  record.runs.back().invalid_codes = {"lateness"};
  EXPECT_THAT(judge_track(record).evidence, Contains(HasSubstr("None of the 3 remedies")));
  EXPECT_THAT(judge_track(record).rows[1].bars, Contains(::testing::Field(&CrisisBar::label, HasSubstr("dtype=i8"))));
}

TEST(EdgeTrack, TakesItsNumbersFromTheRuns) {
  TrackRecord record = edge_with(estimate(0.04, 0.03, 0.045));
  record.runs[1].figures.samples_per_query = 4;
  TrackFigures& aligned = record.runs[2].figures;
  aligned.streams = 4;
  aligned.frames_per_s = 25.0;
  aligned.phase = "random";
  aligned.percentile = 0.95;
  const TrackFindings findings = judge_track(record);
  EXPECT_EQ(findings.outcome, CrisisOutcome::refuted);
  EXPECT_THAT(findings.sentence, HasSubstr("with 4 cameras at 25 frames/s, random, 4.00 %"));
  EXPECT_THAT(findings.rows[1].limit_text, HasSubstr("5.00 %, what a P95"));
  // 4 x 7.8 ms [7.7, 7.9] lies within the measured 30 to 33 ms at its upper end.
  EXPECT_THAT(findings.evidence,
              Contains(AllOf(HasSubstr("4 x SingleStream P99"), HasSubstr("the intervals overlap"))));
}

TEST(EdgeTrack, AnInvalidRunIsMarkedAndDecidesOnlyWhereTheCodeIsHarmless) {
  TrackRecord record = edge_with(estimate(0.7, 0.6, 0.8));
  record.runs[2].valid = false;
  record.runs[2].invalid_codes = {"latency_constraint"};
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::confirmed);
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("INVALID (latency_constraint) with 8 cameras"));
  EXPECT_THAT(judge_track(record).evidence, Contains(HasSubstr("Runs INVALID only for latency_constraint")));
  record.runs[2].invalid_codes = {"output_check"};
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("is INVALID (output_check), so that it decides nothing"));
  record.runs[2].invalid_codes.clear();
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
  record = edge_with(estimate(0.7, 0.6, 0.8));
  record.runs[0].valid = false;
  record.runs[0].invalid_codes = {"clock_step"};
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(record).rows[0].bars[0].label, HasSubstr("INVALID (clock_step) one camera"));
}

TEST(EdgeTrack, AMeanThatIsNotAboutHalfTheWindowMakesNoClaim) {
  TrackRecord record = edge_with(estimate(0.002, 0.001, 0.004));
  record.runs[0].figures.mean_s = 0.001;
  EXPECT_EQ(judge_track(record).outcome, CrisisOutcome::open);
  EXPECT_THAT(judge_track(record).sentence, HasSubstr("not about half of the window of 10.0 ms (25 to 75 % of it)"));
}

TEST(EdgeTrack, TheSearchSaysItsSharesAndItsDoubt) {
  TrackRecord record = edge_with(estimate(0.7, 0.6, 0.8));
  CameraSearch search{.step = "cameras", .title = "how many", .phase = "staggered", .frames_per_s = 15.0};
  search.held = 2;
  search.broke = 4;
  search.doubt = "3 cameras are undecided";
  search.probes = {{.cameras = 2, .outcome = ProbeOutcome::held, .missed_share = estimate(0.002, 0.001, 0.008)},
                   {.cameras = 4, .outcome = ProbeOutcome::undecided, .ignored = true},
                   {.cameras = 4, .outcome = ProbeOutcome::broke, .missed_share = estimate(0.3, 0.2, 0.4)}};
  record.searches.push_back(search);
  EXPECT_THAT(
      judge_track(record).evidence,
      Contains("Cameras at 15 frames/s, staggered: this machine holds 2 cameras (0.200 % [0.100, 0.800] missed) "
               "within the window at P99, and no longer 4 cameras (30.0 % [20.0, 40.0] missed); in doubt: 3 "
               "cameras are undecided; 1 of 3 probes are INVALID and were ignored."));
  record.searches[0].held.reset();
  record.searches[0].broke.reset();
  EXPECT_THAT(judge_track(record).evidence, Contains(HasSubstr("the probes do not decide")));
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

}  // namespace
}  // namespace assay
