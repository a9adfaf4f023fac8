#include "analysis/ceiling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/sample_rooflines.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;

Ceiling ceiling(const RooflineSubject& subject) {
  RooflineMeasurement measurement;
  measurement.subjects.push_back(subject);
  return ceiling_of(measurement, 0, {});
}

/// 5 rounds of 20 samples: 1, 2, ... 100 flop/s, in an order that no round has to itself.
std::vector<std::vector<double>> hundred_rates() {
  std::vector<std::vector<double>> rates(5);
  for (int i = 0; i < 100; ++i) {
    rates[static_cast<std::size_t>(i % 5)].push_back(1.0 + i);
  }
  return rates;
}

TEST(Ceiling, IsTheQuantileOfExactRank) {
  const Ceiling c = ceiling(subject_of({.work = 1.0}, hundred_rates()));
  EXPECT_TRUE(c.usable());
  EXPECT_EQ(c.unit, "flop/s");
  EXPECT_DOUBLE_EQ(c.roof.point.value(), 95.0);
  EXPECT_DOUBLE_EQ(c.expected.point.value(), 50.0);
  EXPECT_DOUBLE_EQ(c.best.value(), 100.0);
  EXPECT_DOUBLE_EQ(c.roof_per_cycle.point.value(), 95.0 / 3.2e9);
  EXPECT_DOUBLE_EQ(c.clock_hz.value(), 3.2e9);
  EXPECT_LT(c.roof.lower.value(), 95.0);
  EXPECT_GT(c.roof.upper.value(), 95.0);
  EXPECT_EQ(c.counts.clean, 100U);
  EXPECT_EQ(c.counts.rounds, 5U);
}

TEST(Ceiling, ContaminatedSamplesAreCountedAndNeverUsed) {
  RooflineSubject subject = subject_of({.work = 1.0}, constant_rates(10.0));
  for (const Contamination kind : {Contamination::preempted, Contamination::stalled, Contamination::out_of_step}) {
    subject.samples.push_back({.round = 1, .seconds_per_iteration = 1e-9, .contamination = kind});
  }
  subject.samples.push_back({.round = 9, .seconds_per_iteration = 1e9, .contamination = Contamination::stalled});
  const Ceiling c = ceiling(subject);
  EXPECT_DOUBLE_EQ(c.best.value(), 10.0);
  EXPECT_DOUBLE_EQ(c.roof.point.value(), 10.0);
  EXPECT_EQ(c.counts.clean, 25U);
  EXPECT_EQ(c.counts.rounds, 5U);
  EXPECT_EQ(c.counts.all(), 29U);
  EXPECT_EQ(c.counts.contaminated.at(name_of(Contamination::stalled)), 2U);
  EXPECT_EQ(c.counts.contaminated.at(name_of(Contamination::preempted)), 1U);
}

TEST(Ceiling, TooFewCleanSamplesSayHowManyMore) {
  const Ceiling few = ceiling(subject_of({.work = 1.0}, constant_rates(10.0, 4, 2)));
  EXPECT_EQ(few.state, CeilingState::too_few_samples);
  EXPECT_EQ(few.problem, "8 of 8 samples are clean: a roof needs 2 more");
  RooflineSubject subject = subject_of({.work = 1.0}, constant_rates(10.0, 2, 3));
  for (RooflineSample& sample : subject.samples) {
    sample.contamination = Contamination::preempted;
  }
  const Ceiling none = ceiling(subject);
  EXPECT_EQ(none.problem, "none of 6 samples is clean: a roof needs 10 more");
  EXPECT_EQ(none.roof.point, std::nullopt);
  EXPECT_EQ(none.roof.reason, "no clean sample");
}

TEST(Ceiling, FourRoundsGiveARoofWithoutInterval) {
  const Ceiling c = ceiling(subject_of({.work = 1.0}, constant_rates(10.0, 4, 10)));
  EXPECT_TRUE(c.usable());
  EXPECT_EQ(c.roof.point, 10.0);
  EXPECT_EQ(c.roof.lower, std::nullopt);
  EXPECT_EQ(c.roof.reason, "4 rounds of clean samples: an interval needs 1 more");
}

TEST(Ceiling, FasterThanACoreCanBeIsImplausible) {
  // 2 threads x 3.2 GHz x 16 flop = 102.4 Gflop/s; one sample of 25 says 153.6.
  auto rates = constant_rates(102.4e9);
  RooflineSubject subject = subject_of({.threads = 2, .work = 1000.0}, rates);
  subject.work_per_cycle_limit = 16.0;
  EXPECT_TRUE(ceiling(subject).usable());
  rates[3][2] = 153.6e9;
  subject = subject_of({.threads = 2, .work = 1000.0}, rates);
  subject.work_per_cycle_limit = 16.0;
  const Ceiling c = ceiling(subject);
  EXPECT_EQ(c.state, CeilingState::implausible);
  EXPECT_THAT(c.problem, HasSubstr("24 flop per cycle and thread at 3.2 GHz, more than the 16"));
  subject = subject_of({.kind = SubjectKind::bandwidth, .level = "L1", .bytes = 64.0}, constant_rates(6162e9));
  subject.bytes_per_cycle_limit = 64.0;
  EXPECT_EQ(ceiling(subject).state, CeilingState::implausible);
}

TEST(Ceiling, WrongOutputAndAbsentHardwareAreNoRoof) {
  RooflineSubject subject = subject_of({.work = 1.0}, constant_rates(10.0));
  subject.output_check = "element 3 of sample 0: expected 1, found 2";
  EXPECT_EQ(ceiling(subject).state, CeilingState::wrong_output);
  EXPECT_THAT(ceiling(subject).problem, HasSubstr("expected 1, found 2"));
  RooflineSubject absent;
  absent.unavailable = "this CPU has no AVX-512";
  EXPECT_EQ(ceiling(absent).state, CeilingState::unavailable);
  EXPECT_EQ(ceiling(absent).roof.reason, "this CPU has no AVX-512");
}

TEST(Ceiling, LatencyIsSecondsAndCyclesAnAccess) {
  // 4 accesses an iteration, 1 to 100 accesses per second.
  const Ceiling c = ceiling(
      subject_of({.kind = SubjectKind::latency, .mix = "chase", .work_unit = "access", .work = 4.0}, hundred_rates()));
  EXPECT_EQ(c.unit, "s");
  EXPECT_DOUBLE_EQ(c.roof.point.value(), 1.0 / 95.0);
  EXPECT_DOUBLE_EQ(c.expected.point.value(), 1.0 / 50.0);
  EXPECT_DOUBLE_EQ(c.best.value(), 0.01);
  EXPECT_LT(c.roof.lower.value(), c.roof.upper.value());
  EXPECT_DOUBLE_EQ(c.expected_per_cycle.point.value(), 3.2e9 / 50.0);
}

TEST(Ceiling, BandwidthIsGivenCountedAndOnTheBus) {
  RooflineSubject subject = subject_of({.kind = SubjectKind::bandwidth, .level = "DRAM", .mix = "triad", .bytes = 24.0},
                                       constant_rates(20e9));
  subject.bus_bytes_per_iteration = 32.0;
  const Ceiling c = ceiling(subject);
  EXPECT_EQ(c.unit, "B/s");
  EXPECT_DOUBLE_EQ(c.roof.point.value(), 20e9);
  EXPECT_DOUBLE_EQ(c.bus_roof.value().point.value(), 20e9 * 4.0 / 3.0);
}

// A clock that was measured too low must not make the core look faster than it can be.
TEST(Ceiling, FiguresPerCycleUseTheHighestClockBesideCleanSamples) {
  RooflineSubject subject = subject_of({.work = 16.0}, constant_rates(16 * 3.2e9));
  for (std::size_t i = 0; i < subject.samples.size(); ++i) {
    // Five samples a round; in the last one every clock was disturbed.
    subject.samples[i].clock_hz = i % 5 == 0 && subject.samples[i].round != 4 ? 3.2e9 : 2.5e9;
  }
  subject.samples[1].clock_hz = 9e9;
  subject.samples[1].contamination = Contamination::preempted;
  const Ceiling c = ceiling(subject);
  EXPECT_DOUBLE_EQ(c.roof_per_cycle.point.value(), 16.0);
  EXPECT_DOUBLE_EQ(c.clock_hz.value(), 3.2e9);
}

TEST(Ceiling, WithoutAClockThereIsNoFigurePerCycle) {
  RooflineSubject subject = subject_of({.work = 1.0}, constant_rates(10.0));
  for (RooflineSample& sample : subject.samples) {
    sample.clock_hz.reset();
  }
  const Ceiling c = ceiling(subject);
  EXPECT_TRUE(c.usable());
  EXPECT_EQ(c.roof_per_cycle.point, std::nullopt);
  EXPECT_EQ(c.roof_per_cycle.reason, "no clock was measured beside its samples");
  EXPECT_EQ(c.clock_hz, std::nullopt);
}

}  // namespace
}  // namespace assay
