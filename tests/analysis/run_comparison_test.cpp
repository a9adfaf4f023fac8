#include "analysis/run_comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "analysis/comparison_sentences.hpp"
#include "analysis/comparison_text.hpp"
#include "tests/analysis/comparison_samples.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

ComparisonVerdict verdict_of(const ComparisonSide& a, const ComparisonSide& b, double margin = 0.03) {
  const RunComparison comparison = compare_runs(a, b, {.margin = margin});
  EXPECT_THAT(comparison.blocks, SizeIs(1));
  return comparison.blocks.front().verdict;
}

TEST(RunComparison, CallsWhatItSees) {
  const ComparisonSide a = five_repeats("A");
  EXPECT_EQ(verdict_of(a, five_repeats("B")), ComparisonVerdict::same);
  EXPECT_EQ(verdict_of(a, five_repeats("B", 1.1)), ComparisonVerdict::slower);
  EXPECT_EQ(verdict_of(a, five_repeats("B", 0.9)), ComparisonVerdict::faster);
  EXPECT_EQ(verdict_of(a, five_repeats("B", 1.03)), ComparisonVerdict::ambiguous);
  EXPECT_EQ(verdict_of(a, five_repeats("B", 1.1), 0.2), ComparisonVerdict::same);
}

TEST(RunComparison, OfThroughputTurnsRound) {
  const auto offline = [](ComparisonSide side) {
    for (RunDocument& run : side.runs) {
      run.scenario = "offline";
    }
    return side;
  };
  const ComparisonSide a = offline(five_repeats("A"));
  EXPECT_EQ(verdict_of(a, offline(five_repeats("B", 1.1))), ComparisonVerdict::slower);
  EXPECT_EQ(verdict_of(a, offline(five_repeats("B", 0.9))), ComparisonVerdict::faster);
}

TEST(RunComparison, OfOneRunEachIsNeverMoreThanAmbiguous) {
  const RunComparison comparison = compare_runs(side_of("A", {1.0}), side_of("B", {3.0}));
  const ComparisonBlock& block = comparison.blocks.front();
  EXPECT_EQ(block.verdict, ComparisonVerdict::ambiguous);
  const ComparedRow& own = block.rows.front();
  EXPECT_EQ(own.basis, IntervalBasis::within_run);
  EXPECT_DOUBLE_EQ(own.ratio.point.value(), 3.0);
  EXPECT_NEAR(own.ratio.upper.value() / 3.0, std::exp(std::log(1.05) * std::sqrt(2.0)), 1e-9);
  EXPECT_THAT(verdict_sentence(block, 0.03), AllOf(HasSubstr("run-to-run spread is unknown with one run on a side"),
                                                   HasSubstr("needs 5 repeats of each (4 more of A, 4 more of B)")));
  EXPECT_EQ(compare_runs(side_of("A", {1.0}), five_repeats("B", 3.0)).blocks.front().verdict,
            ComparisonVerdict::ambiguous);
}

TEST(RunComparison, AsksForMoreRepeatsWhereAFewFallApart) {
  const RunComparison comparison = compare_runs(side_of("A", {1.0, 1.001, 0.999}), side_of("B", {2.0, 2.001, 1.999}));
  const ComparisonBlock& block = comparison.blocks.front();
  EXPECT_EQ(block.verdict, ComparisonVerdict::ambiguous) << "3 and 3 part like this in 10 % of splits";
  EXPECT_EQ(block.rows.front().needed.each, 4U);
  EXPECT_THAT(needed_sentence(block.rows.front()),
              HasSubstr("3 and 3 repeats fall apart like this by chance too often"));
}

TEST(RunComparison, SaysHowManyRepeatsWouldSettleIt) {
  const RunComparison comparison =
      compare_runs(side_of("A", {1.0, 1.1, 0.9, 1.05, 0.95}), side_of("B", {1.1, 1.2, 1.0, 1.15, 1.05}));
  const ComparedRow& own = comparison.blocks.front().rows.front();
  EXPECT_EQ(own.reading, ComparisonVerdict::ambiguous);
  ASSERT_TRUE(own.needed.each.has_value());
  EXPECT_GT(*own.needed.each, 20U);
  EXPECT_LT(*own.needed.each, 80U);
  EXPECT_THAT(own.needed.reason, HasSubstr("reaches across the margin of 3 %"));
}

TEST(RunComparison, RefusesEachThatIsNotComparable) {
  ComparisonSide b = five_repeats("B");
  for (RunDocument& run : b.runs) {
    run.workload_parameters["width"] = "512";
  }
  b.runs[1].valid = false;
  const RunComparison comparison = compare_runs(five_repeats("A"), b);
  ASSERT_THAT(comparison.blocks, SizeIs(1));
  EXPECT_EQ(comparison.blocks[0].verdict, ComparisonVerdict::not_comparable);
  EXPECT_THAT(comparison.blocks[0].reasons,
              ElementsAre("workload parameter width: 1024 in A, 512 in B", HasSubstr("1 of 5 runs of B INVALID")));
  EXPECT_THAT(comparison.blocks[0].rows, IsEmpty()) << "no ratio of what does not compare";
  EXPECT_TRUE(comparison.any(ComparisonVerdict::not_comparable));
}

TEST(RunComparison, OfAnInfiniteMetricIsRefused) {
  ComparisonSide b = five_repeats("B");
  b.runs[0].latency.percentiles_s["p90"] = {.point = {}, .reason = "infinite: 900 of 5,000 never completed"};
  const RunComparison comparison = compare_runs(five_repeats("A"), b);
  EXPECT_THAT(comparison.blocks[0].reasons, ElementsAre(HasSubstr("not available: B: infinite: 900 of 5,000")));
  EXPECT_EQ(comparison.blocks[0].verdict, ComparisonVerdict::not_comparable);
}

/// With a second workload on both sides, its runs between those of the first.
ComparisonSide two_workloads(const std::string& name, double second_factor) {
  ComparisonSide side = five_repeats(name);
  for (RunDocument run : five_repeats(name + "2", second_factor).runs) {
    run.workload = "gemm";
    side.runs.insert(side.runs.begin() + 1, run);
  }
  return side;
}

TEST(RunComparison, GoesKeyByKeyAndSharesTheError) {
  const RunComparison comparison = compare_runs(two_workloads("A", 1.0), two_workloads("B", 1.2));
  ASSERT_THAT(comparison.blocks, SizeIs(2));
  EXPECT_THAT(comparison.blocks[0].workload, HasSubstr("mlp"));
  EXPECT_EQ(comparison.blocks[0].verdict, ComparisonVerdict::same);
  EXPECT_EQ(comparison.blocks[1].verdict, ComparisonVerdict::slower);
  EXPECT_DOUBLE_EQ(comparison.blocks[0].rows[0].alpha, 0.025);
  EXPECT_NEAR(comparison.blocks[0].rows[1].alpha, 0.025 / 6.0, 1e-12);
}

TEST(RunComparison, NamesWhatOnlyOneSideHas) {
  ComparisonSide b = five_repeats("B");
  const RunComparison comparison = compare_runs(two_workloads("A", 1.0), b);
  ASSERT_THAT(comparison.blocks, SizeIs(2));
  EXPECT_EQ(comparison.blocks[0].verdict, ComparisonVerdict::same);
  EXPECT_DOUBLE_EQ(comparison.blocks[0].rows[0].alpha, 0.05);
  EXPECT_THAT(comparison.blocks[1].reasons, ElementsAre(HasSubstr("only A has such a run")));
}

TEST(RunComparison, NeedsRunsAndAMargin) {
  const ComparisonSide a = five_repeats("A");
  EXPECT_THROW((void)compare_runs(a, {.name = "B"}), std::invalid_argument);
  EXPECT_THROW((void)compare_runs(a, a, {.margin = 0.0}), std::invalid_argument);
  EXPECT_THROW((void)compare_runs(a, a, {.margin = 1.0}), std::invalid_argument);
}

TEST(ReadingAt, AnotherMarginIsAnotherReading) {
  const RunComparison comparison = compare_runs(five_repeats("A"), five_repeats("B", 1.1));
  const ComparedRow& own = comparison.blocks[0].rows[0];
  EXPECT_EQ(reading_at(own, 0.05), ComparisonVerdict::slower);
  EXPECT_EQ(reading_at(own, 0.1), ComparisonVerdict::ambiguous);
  EXPECT_EQ(reading_at(own, 0.2), ComparisonVerdict::same);
}

TEST(ComparisonText, PutsTheDifferencesAboveTheVerdict) {
  ComparisonSide b = five_repeats("B", 1.1);
  for (RunDocument& run : b.runs) {
    run.machine.kernel_release = "6.1.0-30-amd64";
  }
  const std::string text = comparison_text(compare_runs(five_repeats("A"), b), {.charset = Charset::ascii});
  EXPECT_THAT(text, AllOf(HasSubstr("SLOWER: P90 latency of B is 1.102"), HasSubstr("regression verdict"),
                          HasSubstr("throughput [samples/s]")));
  EXPECT_LT(text.find("differs  kernel"), text.find("SLOWER"));
}

TEST(ComparisonText, LeavesNothingOfAFileThatMovesTheCursor) {
  ComparisonSide b = five_repeats("B\x1b[2J");
  for (RunDocument& run : b.runs) {
    run.machine_identity.label = "\x1b]0;owned\x07";
    run.workload = "m\xc2\x9blp";
  }
  const std::string text = comparison_text(compare_runs(five_repeats("A"), b), {.charset = Charset::ascii});
  for (const char c : text) {
    EXPECT_TRUE((c >= ' ' && c <= '~') || c == '\n') << static_cast<int>(c);
  }
}

TEST(ComparisonText, CarriesTheMarkOfBothSides) {
  const auto synthetic = [](ComparisonSide side) {
    for (RunDocument& run : side.runs) {
      run.synthetic = true;
    }
    return side;
  };
  const RunComparison comparison = compare_runs(synthetic(five_repeats("A")), synthetic(five_repeats("B", 1.1)));
  EXPECT_THAT(comparison_text(comparison, {.charset = Charset::ascii}), HasSubstr("SYNTHETIC SLOWER: "));
  ComparisonSide slowed = five_repeats("B", 1.1);
  for (RunDocument& run : slowed.runs) {
    run.emulated = EnvelopeRecord{.name = "phone"};
  }
  const RunComparison across = compare_runs(five_repeats("A"), slowed, {.across_envelopes = true});
  EXPECT_EQ(across.blocks[0].verdict, ComparisonVerdict::slower);
  EXPECT_THAT(comparison_text(across, {.charset = Charset::ascii}),
              AllOf(HasSubstr("A as it is, B EMULATED phone"), HasSubstr("no regression verdict"),
                    Not(HasSubstr("regression verdict: equal"))));
}

}  // namespace
}  // namespace assay
