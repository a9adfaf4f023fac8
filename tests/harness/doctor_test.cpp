#include "harness/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/doctor_verdict.hpp"
#include "harness/steady_clock.hpp"
#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// A probe of 3 s of undisturbed time with `count` gaps of one length.
JitterReport probe_with(int count, Nanoseconds gap) {
  JitterReport report;
  report.duration = 3s + count * gap;
  report.lost = count * gap;
  report.max_gap = gap;
  report.gaps_over_1us = static_cast<std::uint64_t>(count);
  report.bins = {{.lower = 1us, .upper = gap, .count = 0, .total = 0ns},
                 {.lower = gap, .upper = gap + 1ns, .count = report.gaps_over_1us, .total = report.lost}};
  return report;
}

TEST(Verdict, AQuietHostIsNotBlamed) {
  const std::string sentence = verdict_of(probe_with(100, 5us), {});
  EXPECT_THAT(sentence, HasSubstr("Fine for throughput"));
  EXPECT_THAT(sentence, HasSubstr("is not dominated by this host"));
  EXPECT_THAT(sentence, HasSubstr("10 us to 10 ms"));
}

TEST(Verdict, NamesTheLengthBelowWhichTheTailIsTheHosts) {
  // Twenty 2 ms gaps a second: work of 1.97 ms (a step of the grid) meets one in 3.8 % of the cases, and the next step,
  // 2.15 ms, is longer than any gap.
  const std::string sentence = verdict_of(probe_with(60, 2ms), {.virtual_machine = true});
  EXPECT_EQ(sentence,
            "Fine for throughput; P99 of queries shorter than about 2 ms will be dominated by this VM's scheduler "
            "(gaps up to 2 ms, 3.8 % of the time lost).");
}

TEST(Verdict, NamesTheCulpritByItsShare) {
  const JitterReport report = probe_with(60, 2ms);
  EXPECT_THAT(verdict_of(report, {}), HasSubstr("interrupts and scheduler"));
  EXPECT_THAT(verdict_of(report, {.shares = LoadShares{.foreign = 0.3}}), HasSubstr("other work"));
  EXPECT_THAT(verdict_of(report, {.virtual_machine = true, .shares = LoadShares{.steal = 0.06}}),
              HasSubstr("hypervisor"));
}

TEST(Verdict, LostShareGradesThroughput) {
  EXPECT_THAT(verdict_of(probe_with(300, 1ms), {}), HasSubstr("Throughput reads up to 10 % low"));  // 0.3 of 3.3 s
  EXPECT_THAT(verdict_of(probe_with(4000, 1ms), {}), HasSubstr("Not fit for recorded runs"));
}

TEST(Verdict, IsOneSentence) {
  for (const auto& report : {probe_with(0, 1us), probe_with(60, 2ms), probe_with(300, 1ms), probe_with(4000, 1ms)}) {
    const std::string sentence = verdict_of(report, {});
    EXPECT_EQ(sentence.find(". "), std::string::npos) << sentence;
    EXPECT_TRUE(sentence.ends_with(".")) << sentence;
  }
}

TEST(Verdict, ShortDurations) {
  EXPECT_EQ(short_duration(12us), "12 us");
  EXPECT_EQ(short_duration(400us), "0.4 ms");
  EXPECT_EQ(short_duration(2100us), "2.1 ms");
  EXPECT_EQ(short_duration(120ms), "0.12 s");
  EXPECT_EQ(short_duration(3s), "3 s");
  EXPECT_EQ(short_duration(7ns), "7 ns");
}

TEST(Conditions, EveryCheckHasAKeyAFactAndASource) {
  const Machine machine = machine_from_synthetic("core:2 pu:1");
  const auto conditions = conditions_from(GivenFiles{}, machine, {}, {.compiler = "12"});
  std::set<std::string> keys;
  for (const auto& finding : conditions.findings) {
    EXPECT_TRUE(keys.insert(finding.check).second) << finding.check << " appears twice";
    EXPECT_FALSE(finding.fact.empty()) << finding.check;
    EXPECT_FALSE(finding.source.empty()) << finding.check;
    EXPECT_STRNE(name_of(finding.state), "unknown");
    // With no file at all nothing may be called fine that was read from one.
    if (finding.state == CheckState::warn || finding.state == CheckState::stop) {
      EXPECT_FALSE(finding.consequence.empty()) << finding.check;
    }
  }
  for (const char* key : {"governor", "turbo", "clock", "other_load", "memory", "swap", "huge_pages", "temperature",
                          "energy", "cpu_quota", "isolated_cpus"}) {
    const auto finding = std::find_if(conditions.findings.begin(), conditions.findings.end(),
                                      [key](const Finding& other) { return other.check == key; });
    ASSERT_NE(finding, conditions.findings.end()) << key;
    EXPECT_EQ(finding->state, CheckState::not_visible) << key;
  }
}

TEST(Doctor, ReportsThisMachineAndEndsInAVerdict) {
  SteadyClock clock;
  const DoctorReport report = run_doctor(detect_machine(), clock, {}, 30ms);
  EXPECT_GE(report.jitter.duration, 30ms);
  EXPECT_GT(report.jitter.readings, 0U);
  EXPECT_FALSE(report.verdict.empty());
  std::set<std::string> keys;
  for (const auto& finding : report.findings) {
    EXPECT_TRUE(keys.insert(finding.check).second) << finding.check << " appears twice";
  }
  for (const char* key : {"steal", "gpu", "effective_clock", "hardware_counters", "other_load", "build"}) {
    EXPECT_TRUE(keys.contains(key)) << key;
  }
}

}  // namespace
}  // namespace assay
