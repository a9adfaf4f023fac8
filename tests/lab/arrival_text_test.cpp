#include "lab/arrival_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

TEST(ArrivalText, ReadsBackWhatItsNameSays) {
  for (const char* text : {"poisson", "constant", "gamma:0.5", "mmpp:10:0.9s:0.1s", "step:5s:2", "ramp:10s:2",
                           "gamma:0.123456789", "mmpp:2.5:1e-06s:0.000123457s", "step:12.345678901s:1.5",
                           "cameras:8x30:aligned", "cameras:1x59.94:random", "cameras:4x15:staggered"}) {
    EXPECT_EQ(name_of(parse_arrivals(text)), text);
  }
}

TEST(ArrivalText, WhatIsLeftOutHasItsDefault) {
  EXPECT_EQ(name_of(parse_arrivals("gamma")), name_of(GammaArrivals{}));
  EXPECT_EQ(name_of(parse_arrivals("mmpp:5")), name_of(MmppArrivals{.burst_ratio = 5.0}));
  EXPECT_EQ(name_of(parse_arrivals("step")), name_of(StepArrivals{}));
  EXPECT_EQ(name_of(parse_arrivals("ramp:1s")), name_of(RampArrivals{.over = std::chrono::seconds{1}}));
  EXPECT_EQ(name_of(parse_arrivals("cameras:8x30")), "cameras:8x30:aligned");
  EXPECT_EQ(parse_late_frames("drop"), LateFrames::drop);
}

TEST(ArrivalText, ReplaysATraceFile) {
  const test_support::ScratchFolder folder;
  std::ofstream(folder / "trace.csv") << "0\n0.5\n2\n";
  const auto trace = std::get<TraceArrivals>(parse_arrivals("trace:" + (folder / "trace.csv") + ":2.5"));
  EXPECT_EQ(trace.offsets.size(), 3U);
  EXPECT_EQ(trace.speed, 2.5);
  EXPECT_EQ(std::get<TraceArrivals>(parse_arrivals("trace:" + (folder / "trace.csv"))).speed, 1.0);
  EXPECT_THROW((void)parse_arrivals("trace:" + (folder / "absent.csv")), std::runtime_error);
}

TEST(ArrivalText, ATraceNeedsASpeedAboveZero) {
  const test_support::ScratchFolder folder;
  std::ofstream(folder / "trace.csv") << "0\n0.5\n";
  std::ofstream(folder / "with:colon") << "0\n0.5\n";
  for (const char* speed : {":0", ":-1", ":inf", ":nan", ":1e999"}) {
    EXPECT_THROW((void)parse_arrivals("trace:" + (folder / "trace.csv") + speed), std::invalid_argument) << speed;
  }
  EXPECT_EQ(std::get<TraceArrivals>(parse_arrivals("trace:" + (folder / "with:colon"))).source, folder / "with:colon");
}

TEST(ArrivalText, ARefusalIsOneLineThatSaysWhatIsAccepted) {
  try {
    (void)parse_arrivals("gamma:\n\x1b");
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "\"gamma:??\": expected gamma:SHAPE, e.g. gamma:0.5");
  }
}

TEST(ArrivalText, RefusesEverythingElse) {
  for (const char* text : {"",
                           "poison",
                           "poisson:2",
                           "constant:1",
                           "gamma:",
                           "gamma:0",
                           "gamma:-1",
                           "gamma:nan",
                           "gamma:1:2",
                           "mmpp:10:1",
                           "mmpp:x",
                           "step:5:2",
                           "step:5s:2:3",
                           "ramp:2",
                           "trace:",
                           "cameras",
                           "cameras:8",
                           "cameras:0x30",
                           "cameras:8x0",
                           "cameras:8x30:sideways",
                           "cameras:8x30:aligned:1",
                           "cameras:-1x30",
                           "cameras:1.5x30"}) {
    EXPECT_THROW((void)parse_arrivals(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace assay
