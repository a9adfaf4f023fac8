#include "lab/compare_fail_on.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/analysis/comparison_samples.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> tripped_by(const char* text, double factor) {
  return tripped(parse_compare_fail_on(text), compare_runs(five_repeats("A"), five_repeats("B", factor)));
}

TEST(CompareFailOn, TripsOnItsVerdict) {
  EXPECT_THAT(tripped_by("slower", 1.1),
              ElementsAre(AllOf(HasSubstr("slower: mlp"), HasSubstr("P90 latency of B is 1.10"))));
  EXPECT_THAT(tripped_by("slower", 0.9), IsEmpty());
  EXPECT_THAT(tripped_by("faster", 0.9), SizeIs(1));
  EXPECT_THAT(tripped_by("faster", 1.1), IsEmpty());
  EXPECT_THAT(tripped_by("different", 0.9), SizeIs(1));
  EXPECT_THAT(tripped_by("different", 1.1), SizeIs(1));
  EXPECT_THAT(tripped_by("slower,faster,different,ambiguous", 1.0), IsEmpty());
  EXPECT_THAT(tripped_by("ambiguous", 1.03), SizeIs(1));
}

TEST(CompareFailOn, HasAMarginOfItsOwn) {
  EXPECT_THAT(tripped_by("slower:5%", 1.1), SizeIs(1));
  EXPECT_THAT(tripped_by("slower:20%", 1.1), IsEmpty());
  EXPECT_THAT(tripped_by("ambiguous:10%,slower:0.05", 1.1), SizeIs(2));
}

TEST(CompareFailOn, WhatDoesNotCompareTripsNothing) {
  ComparisonSide b = five_repeats("B", 1.1);
  b.runs[0].valid = false;
  EXPECT_THAT(tripped(parse_compare_fail_on("different,ambiguous"), compare_runs(five_repeats("A"), b)), IsEmpty());
}

TEST(CompareFailOn, RefusesOtherWords) {
  for (const char* bad : {"", "slow", "slower,", "slower:", "slower:5", "slower:-1%", "slower:100%", "slower:nan",
                          "slower:5%:6%", ",slower", "SLOWER", "slower: 5%"}) {
    EXPECT_THROW((void)parse_compare_fail_on(bad), std::invalid_argument) << bad;
  }
}

TEST(ParseMargin, TakesAShare) {
  EXPECT_DOUBLE_EQ(parse_margin("3%"), 0.03);
  EXPECT_DOUBLE_EQ(parse_margin("0.05"), 0.05);
  for (const char* bad : {"", "0", "0%", "100%", "1", "3", "-3%", "inf", "3 %"}) {
    EXPECT_THROW((void)parse_margin(bad), std::invalid_argument) << bad;
  }
}

}  // namespace
}  // namespace assay
