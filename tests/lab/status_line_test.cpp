#include "lab/status_line.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace assay {
namespace {

using namespace std::chrono_literals;

Progress quarter_of_twelve_seconds() {
  return {.phase = "server", .elapsed = 3s, .expected = 12s, .completed = 2400, .note = "p99 7.30 ms"};
}

TEST(Countdown, RoundsUpSoThatZeroMeansDone) {
  EXPECT_EQ(countdown(0ns), "0 s");
  EXPECT_EQ(countdown(1ns), "1 s");
  EXPECT_EQ(countdown(1s), "1 s");
  EXPECT_EQ(countdown(59s + 1ns), "1 min 00 s");
  EXPECT_EQ(countdown(65s), "1 min 05 s");
  EXPECT_EQ(countdown(2h + 5min), "2 h 05 min");
  EXPECT_EQ(countdown(-3s), "0 s");
  EXPECT_EQ(countdown(kNever), "2562047 h 47 min");  // 2^63 ns are 2562047 h 47 min 16.9 s
}

TEST(Grouped, PutsACommaBeforeEveryThirdDigit) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(12'480), "12,480");
  EXPECT_EQ(grouped(10'000'000), "10,000,000");
}

TEST(StatusText, HasBarShareEtaCountAndNote) {
  EXPECT_EQ(status_text(quarter_of_twelve_seconds(), 80, false),
            "server  #####............... 25 %  ETA 9 s  n=2,400  p99 7.30 ms");
  EXPECT_EQ(status_text(quarter_of_twelve_seconds(), 80, true),
            "server  █████░░░░░░░░░░░░░░░ 25 %  ETA 9 s  n=2,400  p99 7.30 ms");
}

TEST(StatusText, ClaimsNoEndWhereNoneIsKnown) {
  Progress open = quarter_of_twelve_seconds();
  open.expected.reset();
  EXPECT_EQ(status_text(open, 80, false), "server  3 s  n=2,400  p99 7.30 ms");
  open.expected = 0s;
  EXPECT_EQ(share_done(open), std::nullopt);
}

TEST(StatusText, StaysAtTheEndWhenARunTakesLonger) {
  Progress late = quarter_of_twelve_seconds();
  late.elapsed = 20s;
  EXPECT_EQ(status_text(late, 80, false), "server  #################### 100 %  finishing  n=2,400  p99 7.30 ms");
  late.elapsed = -1s;
  EXPECT_DOUBLE_EQ(share_done(late).value(), 0.0);
}

TEST(StatusText, NeverExceedsTheColumns) {
  Progress wide = quarter_of_twelve_seconds();
  wide.phase = "ein sehr langer Name für eine Phase";
  for (const bool utf8 : {false, true}) {
    for (int columns = 1; columns < 100; ++columns) {
      EXPECT_LE(display_width(status_text(wide, columns, utf8)), static_cast<std::size_t>(columns));
    }
  }
  EXPECT_EQ(status_text(quarter_of_twelve_seconds(), 6, false), "server");
  EXPECT_EQ(status_text(quarter_of_twelve_seconds(), 5, true), "serv…");
  EXPECT_EQ(status_text(quarter_of_twelve_seconds(), 5, false), "se...");
}

TEST(StatusLine, PlainModeWritesALineAPhaseAndOneEveryTenSeconds) {
  std::ostringstream out;
  StatusLine line(out, ProgressMode::plain, 80, false);
  for (const Nanoseconds elapsed :
       {Nanoseconds{0s}, Nanoseconds{5s}, Nanoseconds{9s}, Nanoseconds{10s}, Nanoseconds{19s}, Nanoseconds{20s}}) {
    line.update({.phase = "server", .elapsed = elapsed, .expected = 40s, .completed = std::nullopt, .note = ""});
  }
  line.update({.phase = "offline", .elapsed = 1s, .expected = std::nullopt, .completed = 7, .note = ""});
  line.clear();
  EXPECT_EQ(out.str(),
            "server  0 %  ETA 40 s\n"
            "server  25 %  ETA 30 s\n"
            "server  50 %  ETA 20 s\n"
            "offline  1 s  n=7\n");
}

TEST(StatusLine, BarModeRedrawsOneLineAndErasesIt) {
  std::ostringstream out;
  StatusLine line(out, ProgressMode::bar, 20, false);
  const Progress progress{
      .phase = "offline", .elapsed = 2s, .expected = std::nullopt, .completed = 9, .note = "a note"};
  line.update(progress);
  line.update(progress);
  line.clear();
  line.clear();
  EXPECT_EQ(out.str(), "\roffline  2 s  n=9\033[K\roffline  2 s  n=9\033[K\r\033[K");
}

TEST(StatusLine, NoneWritesNothing) {
  std::ostringstream out;
  StatusLine line(out, ProgressMode::none, 80, true);
  line.update(quarter_of_twelve_seconds());
  line.clear();
  EXPECT_TRUE(out.str().empty());
}

}  // namespace
}  // namespace assay
