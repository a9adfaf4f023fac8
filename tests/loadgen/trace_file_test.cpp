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

TEST(TraceFile, EachFaultSaysWhatIsAccepted) {
  for (const char* text : {"1\n2\nx\n", "2\n1\n", "1\n"}) {
    EXPECT_THAT(refusal(text), HasSubstr("; accepted are ascending times in the first column")) << text;
  }
}

TEST(TraceFile, ATimeGoneWrongIsNoHeader) {
  for (const char* text : {"-2\n1\n2\n", "1O.5\n11\n12\n", ".5\n1\n2\n", "2023-11-16\n1\n2\n"}) {
    EXPECT_THAT(refusal(text), HasSubstr("t.csv:1: ")) << text;
  }
}

TEST(TraceFile, AByteOrderMarkHidesNoArrival) {
  EXPECT_THAT(read("\xEF\xBB\xBF"
                   "1\n3\n"),
              ElementsAre(0ns, 2s));
  EXPECT_THAT(read("\xEF\xBB\xBFtime,tokens\n1,5\n3,5\n"), ElementsAre(0ns, 2s));
}

TEST(TraceFile, SecondsAndDatesDoNotMix) {
  EXPECT_THAT(refusal("1\n2023-11-16 18:17:03\n"), HasSubstr("t.csv:2: seconds and dates in one file"));
}

TEST(TraceFile, EqualTimesAreKeptAndDigitsBelowANanosecondAreCut) {
  EXPECT_THAT(read("0.1234567891\n0.1234567899\n1.1234567890\n"), ElementsAre(0ns, 0ns, 1s));
}

TEST(TraceFile, LeapDaysCount) {
  EXPECT_THAT(read("2024-02-28 00:00:00\n2024-03-01 00:00:00\n"), ElementsAre(0ns, 48h));
  EXPECT_THAT(read("2023-02-28 00:00:00\n2023-03-01 00:00:00\n"), ElementsAre(0ns, 24h));
}

TEST(TraceFile, AStreamThatBreaksIsNoShortTrace) {
  /// Two arrivals, then a fault of the device.
  class BrokenDevice : public std::stringbuf {
   public:
    BrokenDevice() : std::stringbuf("1\n2\n", std::ios::in) {}

   protected:
    int_type underflow() override {
      const int_type next = std::stringbuf::underflow();
      if (next == traits_type::eof()) {
        throw std::runtime_error("the device is gone");
      }
      return next;
    }
  } device;
  std::istream input(&device);
  try {
    (void)read_trace(input, "t.csv");
    FAIL() << "read";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot be read any further"));
  }
}

TEST(TraceFile, NeedsTwoTimes) {
  EXPECT_THAT(refusal(""), HasSubstr("at least two arrivals"));
  EXPECT_THAT(refusal("1\n"), HasSubstr("at least two arrivals"));
  EXPECT_THAT(refusal("1\n1\n1\n"), HasSubstr("at least two arrivals"));
}

TEST(TraceFile, TheMeanRateCountsGaps) { EXPECT_DOUBLE_EQ(mean_rate_hz(read("0\n1\n4\n")), 0.5); }

}  // namespace
}  // namespace assay
