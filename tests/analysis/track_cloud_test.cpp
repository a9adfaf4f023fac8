// The Cloud track: Offline against Server, lever by lever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/crisis_chart.hpp"
#include "analysis/track_judges.hpp"
#include "tests/analysis/json_schema.hpp"
#include "tests/analysis/track_samples.hpp"

namespace assay {
namespace {

using test_support::estimate;
using test_support::record_of;
using test_support::run_with;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ServingFigures figures_of(double tokens_per_s, double utilisation) {
  ServingFigures figures{.tokens_per_s = tokens_per_s,
                         .product_utilisation = utilisation,
                         .bandwidth_utilisation = 0.7,
                         .busy_share = 0.97,
                         .batch_mean = 8.0,
                         .waterfall = {},
                         .ttft_s = estimate(1.0, 0.9, 1.1),
                         .tpot_s = estimate(0.1, 0.09, 0.11),
                         .dollars_per_million_tokens = {}};
  figures.waterfall.memory_bound = 1.0 - utilisation;
  figures.waterfall.tensor_useful = utilisation;
  return figures;
}

LadderProbe probe(double rate_hz, ProbeOutcome outcome, double tokens_per_s) {
  return {.rate_hz = rate_hz,
          .outcome = outcome,
          .figures = figures_of(tokens_per_s, tokens_per_s / 1000.0),
          .file = "probe.run.json"};
}

/// Held at `held_hz` and broke at half as much again; ten tokens an answer.
LadderRung rung(const std::string& step, double held_hz) {
  LadderRung rung;
  rung.step = step;
  rung.title = "lever " + step;
  rung.flags = "--max-slots 8";
  rung.probes = {probe(held_hz, ProbeOutcome::held, 10.0 * held_hz),
                 probe(1.5 * held_hz, ProbeOutcome::broke, 11.0 * held_hz)};
  rung.held_hz = held_hz;
  rung.broke_hz = 1.5 * held_hz;
  return rung;
}

TrackRecord cloud_with(std::vector<LadderRung> ladder) {
  TrackRecord record = record_of("cloud");
  TrackFigures offline;
  offline.serving = figures_of(1000.0, 0.85);
  record.runs.push_back(run_with("offline", offline));
  record.ladder = std::move(ladder);
  record.ttft_limit_s = 2.0;
  record.tpot_limit_s = 0.2;
  return record;
}

TEST(Ladder, ThePeakLiesBetweenWhatHeldAndWhatBroke) {
  const LadderRung one = rung("crisis", 20.0);
  const EstimateRecord peak = peak_tokens(one);
  EXPECT_EQ(peak.point, 200.0);
  EXPECT_EQ(peak.lower, 200.0);
  EXPECT_EQ(peak.upper, 300.0);
  LadderRung open = one;
  open.broke_hz.reset();
  EXPECT_FALSE(peak_tokens(open).upper);
  open.held_hz.reset();
  EXPECT_FALSE(peak_tokens(open).point);
  EXPECT_THAT(peak_tokens(open).reason, HasSubstr("no rate that was tried held"));
  LadderRung ignored = one;
  ignored.probes[0].ignored = true;
  EXPECT_EQ(best_probe(ignored), nullptr);
}

TEST(Ladder, ProbesThatDecideTogetherCount) {
  LadderRung one = rung("crisis", 20.0);
  one.probes = {probe(20.0, ProbeOutcome::undecided, 190.0), probe(20.0, ProbeOutcome::undecided, 195.0),
                probe(30.0, ProbeOutcome::undecided, 240.0), probe(30.0, ProbeOutcome::broke, 250.0)};
  one.probes[3].figures.tpot_s = estimate(0.3, 0.2, 0.4);
  EXPECT_EQ(peak_tokens(one).point, 195.0);  // the latest word on the rate that the search found to hold
  EXPECT_EQ(binding_window(one, 2.0, 0.2), "the time per token");
  one.probes[1].outcome = ProbeOutcome::broke;  // overruled by others, but not what held
  EXPECT_EQ(peak_tokens(one).point, 190.0);
}

TEST(CloudTrack, ARateThatBrokeBoundsACrisisOfWhichNoneHeld) {
  LadderRung crisis = rung("crisis", 20.0);
  crisis.probes = {probe(20.0, ProbeOutcome::undecided, 190.0), probe(20.0, ProbeOutcome::undecided, 200.0),
                   probe(45.0, ProbeOutcome::broke, 250.0)};
  crisis.held_hz.reset();
  crisis.broke_hz = 45.0;
  EXPECT_FALSE(peak_tokens(crisis).point);
  EXPECT_NEAR(*peak_tokens(crisis).upper, 190.0 * 45.0 / 20.0, 1e-9);
  const TrackFindings findings = judge_cloud(cloud_with({crisis}));
  EXPECT_EQ(findings.outcome, CrisisOutcome::confirmed);  // 427.5 of 1000
  EXPECT_THAT(findings.sentence, HasSubstr("get at most 428 tokens/s"));
  crisis.broke_hz = 60.0;
  EXPECT_EQ(judge_cloud(cloud_with({crisis})).outcome, CrisisOutcome::open);
  crisis.broke_hz.reset();
  EXPECT_THAT(judge_cloud(cloud_with({crisis})).sentence, HasSubstr("is not known"));
}

TEST(CloudTrack, MissedWindowsOfTokensDecide) {
  TrackRun run;
  run.invalid_codes = {"first_token_constraint", "token_time_constraint"};
  EXPECT_TRUE(decides(run));
  run.invalid_codes.emplace_back("lateness");
  EXPECT_FALSE(decides(run));
}

TEST(Ladder, NamesTheWindowThatGaveWay) {
  LadderRung one = rung("crisis", 20.0);
  EXPECT_THAT(binding_window(one, 2.0, 0.2), HasSubstr("not known"));
  one.probes[1].figures.tpot_s = estimate(0.3, 0.2, 0.4);
  EXPECT_EQ(binding_window(one, 2.0, 0.2), "the time per token");
  one.probes[1].figures.ttft_s.point.reset();  // a request that never had one
  EXPECT_EQ(binding_window(one, 2.0, 0.2), "the time to the first token and the time per token");
}

TEST(Ladder, HoldsAPredictionAgainstTheMeasurement) {
  LadderRung one = rung("crisis", 20.0);
  EXPECT_FALSE(forecast_error(one));
  one.forecast = LeverForecast{.tokens_per_s = 220.0, .rate_hz = 22.0};
  EXPECT_NEAR(*forecast_error(one), 0.1, 1e-12);
  one.forecast->rate_hz = 0.0;  // none holds
  EXPECT_FALSE(forecast_error(one));
}

TEST(CloudTrack, ServerCollapsesAndTheSchedulerRepairsIt) {
  LadderRung crisis = rung("crisis", 10.0);
  crisis.forecast = LeverForecast{.tokens_per_s = 104.0, .rate_hz = 10.4};
  LadderRung repaired = rung("chunked", 90.0);
  LadderRung cached = rung("prefix", 120.0);
  cached.mlperf_closed = false;
  cached.closed_note = "no reuse of keys and values across queries";
  const TrackFindings findings = judge_track(cloud_with({crisis, repaired, cached}));
  EXPECT_EQ(findings.outcome, CrisisOutcome::confirmed);
  EXPECT_THAT(
      findings.sentence,
      AllOf(HasSubstr("Offline gives 1,000 tokens/s (U_T 85.0 %"), HasSubstr("100 tokens/s, at most 150 tokens/s"),
            HasSubstr("10.0 % (at most 15.0 %) of it"), HasSubstr("lever chunked brings Server to 90.0 %")));
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("Repaired: lever chunked gives 90.0 %")));
  EXPECT_THAT(findings.evidence,
              Contains(AllOf(HasSubstr("lever crisis"), HasSubstr("prediction +4.00 %, borne out"))));
  EXPECT_THAT(findings.evidence, Contains(AllOf(HasSubstr("not allowed in MLPerf's closed division (no reuse"))));
  EXPECT_THAT(findings.evidence, Contains(HasSubstr("useful products 85.0 %")));
}

TEST(CloudTrack, PromisesNothingThatTheProbesLeaveOpen) {
  EXPECT_EQ(judge_track(cloud_with({rung("crisis", 40.0)})).outcome, CrisisOutcome::open);
  EXPECT_EQ(judge_track(cloud_with({rung("crisis", 95.0)})).outcome, CrisisOutcome::refuted);
  EXPECT_EQ(judge_track(cloud_with({})).outcome, CrisisOutcome::open);
  LadderRung never = rung("crisis", 10.0);
  never.held_hz.reset();
  never.broke_hz.reset();
  EXPECT_EQ(judge_track(cloud_with({never})).outcome, CrisisOutcome::open);
  EXPECT_EQ(judge_track(record_of("cloud")).outcome, CrisisOutcome::open);
  TrackRecord invalid = cloud_with({rung("crisis", 10.0)});
  invalid.runs[0].valid = false;
  invalid.runs[0].invalid_codes = {"output_check"};
  EXPECT_THAT(judge_track(invalid).sentence, HasSubstr("INVALID (output_check), so that it decides nothing"));
  const TrackFindings bound = judge_track(cloud_with({rung("crisis", 10.0), rung("paged", 60.0)}));
  EXPECT_THAT(bound.evidence, Contains(HasSubstr("Not repaired to 88.1 % of Offline: lever paged gives 60.0 %")));
}

TEST(CloudTrack, ItsFileFitsTheSchema) {
  const nlohmann::json schema = own_schema("track-1");
  LadderRung crisis = rung("crisis", 10.0);
  crisis.forecast = LeverForecast{.tokens_per_s = 104.0, .rate_hz = 10.4};
  TrackRecord record = cloud_with({crisis, rung("chunked", 90.0)});
  record.findings = judge_track(record);
  EXPECT_THAT(schema_findings(schema, nlohmann::json::parse(track_json(record))), IsEmpty());
  record.ladder[0].title = "<b>";
  const std::string page = crisis_section(record).str();
  EXPECT_THAT(page, AllOf(HasSubstr("Server at its windows: lever chunked"), Not(HasSubstr("<b>"))));
  // A mark for each of four probes, two of which held; a waterfall for Offline and for each best probe.
  EXPECT_THAT(page, AllOf(HasSubstr("class=\"held\""), HasSubstr("1 &lt;b&gt;; 2 lever chunked")));
  std::size_t bars = 0;
  for (auto at = page.find("serving-bar"); at != std::string::npos; at = page.find("serving-bar", at + 1)) {
    ++bars;
  }
  EXPECT_EQ(bars, 3U);
}

}  // namespace
}  // namespace assay
