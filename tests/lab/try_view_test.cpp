#include "lab/try_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "lab/command_error.hpp"
#include "lab/kept_result.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TryRun run_of(bool is_b, double p99_s, double dose = 80.0) {
  TryRun run{.is_b = is_b, .p50_s = 1e-4, .p99_s = p99_s, .samples_per_s = 8000.0, .file = "x.run.json"};
  run.doses.push_back({.knob = "noise", .unit = "bursts/s", .requested = 80.0, .achieved = dose, .delivered = true});
  return run;
}

/// Three pairs, A B B A A B, in which B has about half the P99 of A.
TryResult halved() {
  TryResult result{
      .experiment = "hedging", .workload = "fma", .scenario = "single", .a = "one", .b = "two", .pairs_planned = 3};
  for (const auto& [is_b, p99_s] :
       {std::pair{false, 1.0e-3}, {true, 0.5e-3}, {true, 0.52e-3}, {false, 1.0e-3}, {false, 1.0e-3}, {true, 0.48e-3}}) {
    result.runs.push_back(run_of(is_b, p99_s));
  }
  result.runs[1].hedging = HedgeRecord{.after_s = 1.3e-4,
                                       .rule = "as asked",
                                       .sent = 40,
                                       .started = 30,
                                       .won = 20,
                                       .dropped = 10,
                                       .extra_work_share = 0.03};
  return result;
}

const TryRow& row_of(const std::vector<TryRow>& rows, const std::string& name) {
  return *std::ranges::find(rows, name, &TryRow::name);
}

TEST(TryResult, PairsAreTwoRunsInTheOrderOfMeasuring) {
  const std::vector<TryRow> rows = try_rows(halved());
  const TryRow& p99 = row_of(rows, "P99");
  EXPECT_EQ(p99.finding, TryFinding::helps);
  EXPECT_NEAR(p99.ratio.value().ratio, std::cbrt(0.5 * 0.52 * 0.48), 1e-12);
  EXPECT_DOUBLE_EQ(p99.a.value().median, 1.0e-3);
  EXPECT_DOUBLE_EQ(p99.b.value().least, 0.48e-3);
  EXPECT_EQ(row_of(rows, "P50").finding, TryFinding::same);
  EXPECT_EQ(row_of(rows, "P99.9").finding, TryFinding::not_available);
}

TEST(TryResult, MoreThroughputHelpsAndMoreLatencyHarms) {
  TryResult result = halved();
  for (TryRun& run : result.runs) {
    run.is_b = !run.is_b;
    run.samples_per_s = run.is_b ? 9000.0 + 10.0 * run.p99_s.value() : 8000.0;
  }
  const std::vector<TryRow> rows = try_rows(result);
  EXPECT_EQ(row_of(rows, "P99").finding, TryFinding::harms);
  EXPECT_EQ(row_of(rows, "throughput").finding, TryFinding::helps);
}

TEST(TryResult, WithoutTheSameDoseThereIsNoVerdict) {
  TryResult result = halved();
  result.runs[1] = run_of(true, 0.5e-3, 40.0);
  const std::vector<TryDose> doses = try_doses(result);
  ASSERT_EQ(doses.size(), 1U);
  EXPECT_DOUBLE_EQ(doses[0].a.value_or(0), 80.0);
  EXPECT_NEAR(doses[0].b.value_or(0), 200.0 / 3.0, 1e-9);
  EXPECT_FALSE(doses[0].same());
  EXPECT_THAT(try_sentence(result), HasSubstr("no verdict, the two sides did not get the same dose"));
  EXPECT_THAT(try_text(result, Charset::ascii), HasSubstr("A got 80 bursts/s, B got 66.7 bursts/s: not the same dose"));
}

TEST(TryResult, ARowHasAVerdictOnlyWhereItsSidesCompare) {
  using enum TryFinding;
  for (const TryFinding finding : {helps, harms, same, not_surely_relevant, no_difference_shown}) {
    EXPECT_TRUE((TryRow{.name = "P50", .finding = finding}).has_verdict()) << name_of(finding);
  }
  for (const TryFinding finding : {dose_differs, dose_not_known, not_available}) {
    EXPECT_FALSE((TryRow{.name = "P50", .finding = finding}).has_verdict()) << name_of(finding);
  }
}

TEST(TryResult, ADoseThatNobodyMeasuredIsNoDifference) {
  TryResult result = halved();
  result.runs[1].doses[0].achieved.reset();
  EXPECT_FALSE(try_doses(result)[0].b);
  const std::vector<TryRow> rows = try_rows(result);
  EXPECT_EQ(row_of(rows, "P99").finding, TryFinding::dose_not_known);
  EXPECT_FALSE(row_of(rows, "P99").has_verdict());
  EXPECT_THAT(try_sentence(result), HasSubstr("no verdict, it is not known which dose each side got"));
  EXPECT_THAT(try_text(result, Charset::ascii), HasSubstr("B got not available: not known whether it is the same"));
  EXPECT_EQ(nlohmann::json::parse(try_json(result)).at("doses")[0].at("same"), nullptr);
}

TEST(TryResult, APercentileOfLostQueriesIsInfinite) {
  RunDocument run;
  run.seed = 5;
  run.latency.count = 100;
  run.latency.lost_count = 3;
  run.latency.percentiles_s = {{"p50", {.point = 1e-3}}, {"p99", {.point = {}}}};
  const TryRun lost = try_run_of(run, true, "x.run.json");
  EXPECT_EQ(lost.seed, 5U);
  EXPECT_EQ(lost.p50_s, 1e-3);
  EXPECT_TRUE(std::isinf(lost.p99_s.value()));
  EXPECT_FALSE(lost.p999_s);
  run.latency.lost_count = 0;
  EXPECT_FALSE(try_run_of(run, true, "x.run.json").p99_s);
}

TEST(TryResult, AnInfiniteSideLeavesNoRatioOfTheOtherPairs) {
  TryResult result = halved();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  result.runs[1].p99_s = kInfinity;  // B of the first pair
  result.runs[2].p99_s = kInfinity;  // B of the second
  std::vector<TryRow> rows = try_rows(result);
  EXPECT_EQ(row_of(rows, "P99").finding, TryFinding::not_available);
  EXPECT_FALSE(row_of(rows, "P99").ratio);
  EXPECT_EQ(row_of(rows, "P99").reason, "infinite on side B in 2 of 3 pairs");
  EXPECT_EQ(row_of(rows, "P50").pairs_used, 3U);
  const std::string text = try_text(result, Charset::ascii);
  EXPECT_THAT(text, HasSubstr("infinite (480 us to infinite)"));
  EXPECT_THAT(text, HasSubstr("0 of 3"));
  EXPECT_THAT(text, HasSubstr("P99 not available (infinite on side B in 2 of 3 pairs)"));
  const auto json = nlohmann::json::parse(try_json(result));
  EXPECT_EQ(json.at("results")[1].at("b").at("median"), nullptr);
  EXPECT_EQ(json.at("results")[1].at("reason"), "infinite on side B in 2 of 3 pairs");
  EXPECT_EQ(json.at("runs")[1].at("infinite"), (std::vector<std::string>{"p99_s"}));
  result.runs[0].p99_s = kInfinity;
  rows = try_rows(result);
  EXPECT_EQ(row_of(rows, "P99").reason, "infinite on side A in 1, on side B in 2 of 3 pairs");
}

TEST(TryResult, APairWithoutAValueIsNotCounted) {
  TryResult result = halved();
  result.runs[1].p99_s.reset();
  const std::vector<TryRow> rows = try_rows(result);
  EXPECT_EQ(row_of(rows, "P99").pairs, 3U);
  EXPECT_EQ(row_of(rows, "P99").pairs_used, 2U);
  EXPECT_THAT(try_text(result, Charset::ascii), HasSubstr("2 of 3"));
}

// Ratios e^0.04, e^0.05, e^0.06: the interval of the mean logarithm is 0.05 +- 0.0248, above 0 and not above ln 1.03.
TEST(TryResult, ADifferenceNearThreePercentIsNamedAndNotJudged) {
  TryResult result = halved();
  const std::vector<double> logs{0.04, 0.05, 0.06};
  for (std::size_t i = 0; i < result.runs.size(); ++i) {
    result.runs[i].p99_s = result.runs[i].is_b ? 1e-3 * std::exp(logs[i / 2]) : 1e-3;
  }
  EXPECT_EQ(row_of(try_rows(result), "P99").finding, TryFinding::not_surely_relevant);
  EXPECT_THAT(try_sentence(result), HasSubstr("P99 differs, not surely by 3 % (about 1 more pair would show more than "
                                              "3 % at 1.051 x, if it and the spread stay)"));
}

TEST(TryView, EveryLineOfFiguresHasTheMarkOfItsRuns) {
  TryResult result = halved();
  result.mark = {.synthetic = false, .emulated = "phone"};
  const std::string text = try_text(result, Charset::ascii);
  for (const char* line :
       {"\nEMULATED phone  P50 ", "\nEMULATED phone  P99 ", "\nEMULATED phone  throughput ",
        "\nEMULATED phone injected noise: ", "\nEMULATED phone hedging in B: ", "\nEMULATED phone hedging on fma: "}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(try_run_line(result.runs[1], result.mark, Charset::ascii), StartsWith("EMULATED phone B: P50 100 us"));
  EXPECT_THAT(try_run_line(result.runs[0], {}, Charset::ascii), StartsWith("A: P50 100 us"));
  const auto json = nlohmann::json::parse(try_json(result));
  EXPECT_EQ(json.at("emulated"), "phone");
  EXPECT_EQ(json.at("synthetic"), false);
  EXPECT_EQ(nlohmann::json::parse(try_json(halved())).at("emulated"), nullptr);
}

TEST(KeptResult, TheFileNameSaysWhatWasEmulated) {
  KeptResult result;
  result.workload = "fma";
  result.kind = "hedging.try";
  EXPECT_EQ(kept_file_name(result, "2026-11-24T03:12:09Z"), "2026-11-24T031209Z_fma.hedging.try.json");
  result.mark.emulated = "my phone";
  EXPECT_EQ(kept_file_name(result, "2026-11-24T03:12:09Z"),
            "2026-11-24T031209Z_fma_emulated-my-phone.hedging.try.json");
}

TEST(CommandFailure, SaysHowTheProgramEnds) {
  EXPECT_EQ(failure_of(CommandError(ExitCode::environment_refused, "no")).code, ExitCode::environment_refused);
  EXPECT_EQ(failure_of(std::invalid_argument("bad")).code, ExitCode::usage);
  EXPECT_EQ(failure_of(std::bad_alloc()).line, kNotEnoughMemory);
  EXPECT_EQ(failure_of(std::runtime_error("disk full")).code, ExitCode::file);
  EXPECT_EQ(failure_of(std::runtime_error("disk full")).line, "disk full");
}

TEST(TryView, SaysWhatWasSeenAndNoMore) {
  const std::string text = try_text(halved(), Charset::ascii);
  EXPECT_THAT(text, HasSubstr("A: one\nB: two\n"));
  EXPECT_THAT(text, HasSubstr("hedging on fma: P50 same to 3 %"));
  EXPECT_THAT(text, HasSubstr("P99 helps 0.500 x ["));
  EXPECT_THAT(text, HasSubstr("P99.9 not available"));
  EXPECT_THAT(text, HasSubstr("extra work 3.00 %"));
  EXPECT_THAT(text, HasSubstr("Student t, 95 %"));
  EXPECT_THAT(text, Not(HasSubstr("interrupted")));
  EXPECT_THAT(text, Not(HasSubstr("SYNTHETIC")));
}

TEST(TryView, OnePairPromisesNothing) {
  TryResult result = halved();
  result.runs.resize(2);
  result.interrupted = true;
  result.mark.synthetic = true;
  const std::string text = try_text(result, Charset::ascii);
  EXPECT_THAT(text, HasSubstr("no interval from one pair"));
  EXPECT_THAT(text, HasSubstr("SYNTHETIC hedging on fma: "));
  EXPECT_THAT(text, HasSubstr("P99 no difference shown (two pairs or more are needed)"));
  EXPECT_THAT(text, HasSubstr("interrupted: 1 of 3 pairs are complete"));
  result.runs.clear();
  EXPECT_THAT(try_sentence(result), HasSubstr("nothing was seen, no pair of runs is complete"));
}

TEST(TryView, TheJsonHoldsBothSidesRatiosAndRuns) {
  const auto json = nlohmann::json::parse(try_json(halved()));
  EXPECT_EQ(json.at("schema"), "assay/try/1");
  EXPECT_EQ(json.at("results")[1].at("quantity"), "P99");
  EXPECT_EQ(json.at("results")[1].at("finding"), "helps");
  EXPECT_EQ(json.at("results")[1].at("b_over_a").at("pairs"), 3);
  EXPECT_EQ(json.at("results")[2].at("b_over_a"), nullptr);
  EXPECT_EQ(json.at("doses")[0].at("same"), true);
  EXPECT_EQ(json.at("runs").size(), 6U);
  EXPECT_EQ(json.at("runs")[1].at("extra_work_share"), 0.03);
  EXPECT_EQ(json.at("runs")[0].at("extra_work_share"), nullptr);
}

}  // namespace
}  // namespace assay
