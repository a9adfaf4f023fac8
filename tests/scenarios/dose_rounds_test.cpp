#include "scenarios/selftest/dose_rounds.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace assay {
namespace {

/// A hundred events a second, each of which took `length_s`, on a CPU that loses 1 % anyway.
DoseRound round_of(double length_s, double lost_without = 0.01) {
  return {.lost_with = 100.0 * length_s + lost_without, .lost_without = lost_without, .booked = 100.0};
}

DoseJudgement judged(const std::array<DoseRound, 6>& rounds) {
  constexpr double kAsked_s = 1e-3;
  return judge_effect(seconds_taken_per_event(rounds), kAsked_s, 0.15 * kAsked_s);
}

TEST(DoseRounds, WhatIsLostAnywayIsNotTheDoses) {
  const std::array rounds{round_of(1e-3, 0.0), round_of(1e-3, 0.02), round_of(1e-3, 0.01)};
  EXPECT_NEAR(seconds_taken_per_event(rounds).least, 1e-3, 1e-12);
  EXPECT_NEAR(seconds_taken_per_event(rounds).most, 1e-3, 1e-12);
  EXPECT_NEAR(share_taken(rounds).median, 0.1, 1e-12);
}

TEST(DoseRounds, OneDisturbedRoundLeavesTheOthers) {
  const std::array rounds{round_of(1e-3, 0.01), round_of(1e-3, 0.3), round_of(1e-3, 0.012)};
  EXPECT_NEAR(median_lost_without(rounds), 0.012, 1e-12);
  EXPECT_THROW((void)median_lost_without({}), std::invalid_argument);
}

TEST(DoseRounds, MedianOfAnEvenAndAnOddNumber) {
  const std::array even{round_of(1e-3), round_of(4e-3), round_of(2e-3), round_of(3e-3)};
  EXPECT_NEAR(seconds_taken_per_event(even).median, 2.5e-3, 1e-12);
  EXPECT_NEAR(seconds_taken_per_event(std::span(even).first(3)).median, 2e-3, 1e-12);
  EXPECT_NEAR(seconds_taken_per_event(even).least, 1e-3, 1e-12);
  EXPECT_NEAR(seconds_taken_per_event(even).most, 4e-3, 1e-12);
  EXPECT_THROW((void)share_taken({}), std::invalid_argument);
}

TEST(DoseRounds, ALengthThatIsAskedForIsRight) {
  EXPECT_EQ(judged({round_of(1.02e-3), round_of(1.03e-3), round_of(1.04e-3), round_of(1.02e-3), round_of(1.03e-3),
                    round_of(1.4e-3)}),
            DoseJudgement::right)
      << "one round in which somebody else took time as well";
}

TEST(DoseRounds, ALongerOrShorterOneIsWrong) {
  EXPECT_EQ(judged({round_of(1.21e-3), round_of(1.2e-3), round_of(1.22e-3), round_of(1.19e-3), round_of(1.21e-3),
                    round_of(1.2e-3)}),
            DoseJudgement::wrong);
  EXPECT_EQ(judged({round_of(0.5e-3), round_of(0.5e-3), round_of(0.6e-3), round_of(0.5e-3), round_of(0.5e-3),
                    round_of(0.5e-3)}),
            DoseJudgement::wrong);
}

TEST(DoseRounds, RoundsThatDifferCannotTell) {
  EXPECT_EQ(judged({round_of(1.0e-3), round_of(1.3e-3), round_of(1.0e-3), round_of(1.6e-3), round_of(1.5e-3),
                    round_of(1.4e-3)}),
            DoseJudgement::cannot_tell);
}

}  // namespace
}  // namespace assay
