#include "kernels/core_to_core.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace assay {
namespace {

void run_both(CoreToCore& line, std::uint64_t round_trips) {
  std::jthread partner([&line, round_trips] { line.run(1, round_trips); });
  line.run(0, round_trips);
}

TEST(CoreToCore, BothThreadsDoEveryRoundTrip) {
  CoreToCore line;
  run_both(line, 500);
  EXPECT_TRUE(line.complete());
  EXPECT_EQ(line.round_trips(), 500U);
  run_both(line, 1);
  run_both(line, 0);
  EXPECT_TRUE(line.complete());
  EXPECT_EQ(line.round_trips(), 501U);
}

TEST(CoreToCore, OtherThreadsOfATeamTakeNoPart) {
  CoreToCore line;
  line.run(2, 1000);
  EXPECT_TRUE(line.complete());
  EXPECT_EQ(line.round_trips(), 0U);
}

TEST(CoreToCore, APartnerThatDoesNotComeIsGivenUp) {
  for (const std::size_t alone : {0U, 1U}) {
    CoreToCore line(10'000);
    line.run(alone, 5);
    EXPECT_FALSE(line.complete());
    line.run(alone, 5);  // returns at once
    EXPECT_EQ(line.round_trips(), 0U);
    line.restart();
    EXPECT_TRUE(line.complete());
  }
}

TEST(CoreToCore, WorksAgainAfterARestart) {
  CoreToCore line(1000);
  line.run(0, 5);
  ASSERT_FALSE(line.complete());
  CoreToCore patient;
  patient.restart();
  run_both(patient, 10);
  EXPECT_TRUE(patient.complete());
  EXPECT_EQ(patient.round_trips(), 10U);
}

}  // namespace
}  // namespace assay
