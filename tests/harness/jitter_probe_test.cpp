#include "harness/jitter_probe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace assay {
namespace {

using namespace std::chrono_literals;

/// Each reading comes 1 us after the one before, plus the pause that the test wrote down for it.
class PausingClock final : public Clock {
 public:
  explicit PausingClock(std::map<std::uint64_t, Nanoseconds> pauses) : pauses_(std::move(pauses)) {}

  [[nodiscard]] Instant now() const noexcept override {
    const auto pause = pauses_.find(++readings_);
    time_ += pause == pauses_.end() ? Nanoseconds{1us} : pause->second;
    return time_;
  }
  Instant wait_until(Instant deadline) noexcept override { return deadline; }
  bool wait(Signal& /*signal*/, std::uint32_t /*seen*/, Instant /*deadline*/) noexcept override { return false; }

 private:
  std::map<std::uint64_t, Nanoseconds> pauses_;
  mutable std::uint64_t readings_ = 0;
  mutable Instant time_{};
};

/// `count` gaps of one length in `undisturbed` time.
JitterReport uniform(int count, Nanoseconds gap, Nanoseconds undisturbed) {
  JitterReport report = run_jitter_probe(PausingClock{{}}, 0us);
  report.duration = undisturbed + count * gap;
  report.lost = count * gap;
  report.max_gap = gap;
  for (auto& bin : report.bins) {
    if (bin.lower <= gap && gap < bin.upper) {
      bin.count = static_cast<std::uint64_t>(count);
      bin.total = report.lost;
    }
  }
  return report;
}

Nanoseconds bin_edge(double first_us, int index) {
  return Nanoseconds{std::llround(first_us * 1000 * std::exp2(index / 8.0))};
}

TEST(JitterProbe, CountsGapsByLength) {
  const PausingClock clock{{{100, 20us}, {200, 200us}, {300, 2ms}, {301, 1us + 1ns}}};
  const JitterReport report = run_jitter_probe(clock, 10ms);
  EXPECT_EQ(report.gaps_over_1us, 4U);
  EXPECT_EQ(report.gaps_over_10us, 3U);
  EXPECT_EQ(report.gaps_over_100us, 2U);
  EXPECT_EQ(report.gaps_over_1ms, 1U);
  EXPECT_EQ(report.max_gap, 2ms);
  EXPECT_EQ(report.lost, 2221001ns);
  EXPECT_EQ(report.duration, 10ms + 1ns);
  EXPECT_EQ(report.readings, 4U + 7780U - 1U);
  std::uint64_t binned = 0;
  for (const auto& bin : report.bins) {
    binned += bin.count;
    EXPECT_TRUE(bin.count == 0 || (bin.lower * static_cast<int>(bin.count) <= bin.total && bin.total < bin.upper));
  }
  EXPECT_EQ(binned, 4U);
}

TEST(JitterProbe, SteadyReadingsLoseNothing) {
  const JitterReport report = run_jitter_probe(PausingClock{{}}, 30ms);
  EXPECT_EQ(report.gaps_over_1us, 0U);
  EXPECT_EQ(report.lost_share(), 0.0);
  EXPECT_EQ(p99_delay(report, 100us), 1us);
  EXPECT_EQ(dominated_below(report), 0ns);
}

TEST(JitterProbe, P99DelayFollowsTheSingleGapFormula) {
  // 300 gaps of 100 us in 3 s of undisturbed time: D = 3.03 s, 100 gaps a second.
  const JitterReport report = uniform(300, 100us, 3s);
  // 200 us of work: 1 - exp(-0.02) = 1.98 % are hit by a whole gap.
  EXPECT_EQ(p99_delay(report, 200us), 100us);
  // 100 us: at x = 98.7 us the hit share is 0.985 % and the residual share 0.013 %: below 1 %. One class lower,
  // 90.5 us, they add up to 1.08 %.
  EXPECT_EQ(p99_delay(report, 100us), bin_edge(1, 53));
  // 10 us: hit 0.099 %; arrivals inside a gap decide: at 9.51 us 0.896 %, at 8.72 us 0.904 %.
  EXPECT_EQ(p99_delay(report, 10us), bin_edge(1, 26));
}

TEST(JitterProbe, LongWorkIsStretchedByTheLostShare) {
  const JitterReport report = uniform(15'000, 100us, 1500ms);  // half of the CPU
  EXPECT_DOUBLE_EQ(report.lost_share(), 0.5);
  EXPECT_EQ(p99_delay(report, 8ms), 8ms);
}

TEST(JitterProbe, NothingUndisturbedIsNever) { EXPECT_EQ(p99_delay(uniform(3, 1s, 0s), 10us), kNever); }

TEST(JitterProbe, DominatedBelowIsWhereTheGapIsAsLongAsTheWork) {
  // Ten 4 ms gaps a second: work of 3.95 ms meets one in 3.9 % of the cases, and 4.31 ms is longer than any gap.
  EXPECT_EQ(dominated_below(uniform(30, 4ms, 3s)), bin_edge(10, 69));
  // One 4 ms gap in 3 s: a query of 4 ms meets it in 0.13 % of the cases, so P99 does not see it.
  EXPECT_EQ(dominated_below(uniform(1, 4ms, 3s)), 0ns);
}

TEST(JitterProbe, SpeaksForWorkUpToAThreeHundredthOfItsLength) {
  EXPECT_EQ(longest_judged_work(uniform(0, 1us, 3s)), 10ms);
}

}  // namespace
}  // namespace assay
