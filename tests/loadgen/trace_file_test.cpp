#include "loadgen/trace_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Nanoseconds> read(const std::string& text) {
  std::istringstream input(text);
  return read_trace(input, "t.csv");
}

std::string refusal(const std::string& text) {
  try {
    (void)read(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(TraceFile, SecondsCountFromTheFirst) {
  EXPECT_THAT(read("12.25\n12.250000001\n13\n"), ElementsAre(0ns, 1ns, 750ms));
}

TEST(TraceFile, DatesAreExactToTheNanosecondAcrossMidnight) {
  EXPECT_THAT(read("TIMESTAMP,ContextTokens\r\n"
                   "2023-11-16 23:59:59.9799600,4808\r\n"
                   "2023-11-17T00:00:00.0000001Z,3180\r\n"),
              ElementsAre(0ns, 20'040'100ns));
}

TEST(TraceFile, PassesOverHeaderCommentsAndEmptyLines) {
  EXPECT_THAT(read("# made by hand\n\ntime\n1\n\n# more\n2"), ElementsAre(0ns, 1s));
}

TEST(TraceFile, NamesTheLineThatIsWrong) {
  EXPECT_THAT(refusal("1\n2\nx\n"), HasSubstr("t.csv:3: 'x' is no time"));
  EXPECT_THAT(refusal("time\ntime\n1\n"), HasSubstr("t.csv:2: 'time' is no time"));
  EXPECT_THAT(refusal("2\n1\n"), HasSubstr("t.csv:2: the time goes back"));
  EXPECT_THAT(refusal("1\n-2\n"), HasSubstr("t.csv:2: '-2'"));
  EXPECT_THAT(refusal("1\n2e3\n"), HasSubstr("t.csv:2: '2e3'"));
  EXPECT_THAT(refusal("1\n2023-02-30 00:00:00\n"), HasSubstr("t.csv:2"));
  EXPECT_THAT(refusal("1\n" + std::string(5000, '1')), HasSubstr("t.csv:2: a line of more than 4096 bytes"));
}

TEST(TraceFile, NeedsTwoTimes) {
  EXPECT_THAT(refusal(""), HasSubstr("at least two arrivals"));
  EXPECT_THAT(refusal("1\n"), HasSubstr("at least two arrivals"));
  EXPECT_THAT(refusal("1\n1\n1\n"), HasSubstr("at least two arrivals"));
}

TEST(TraceFile, TheMeanRateCountsGaps) { EXPECT_DOUBLE_EQ(mean_rate_hz(read("0\n1\n4\n")), 0.5); }

}  // namespace
}  // namespace assay
