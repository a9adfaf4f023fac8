#include "analysis/roofline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/roofline_text.hpp"
#include "analysis/roofline_verdict.hpp"
#include "tests/analysis/sample_rooflines.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// An FMA of 50, FMA+ADD of 75, and at L1 loads of 200 and stores of 100 (all in G).
RooflineMeasurement hand_made() {
  RooflineMeasurement m;
  m.duration_s = 10.0;
  m.levels.push_back({.name = "L1", .reported_bytes = 32768, .working_set_bytes = 8192});
  m.subjects = {
      subject_of({.id = "fma+add", .mix = "fma+add", .work = 24.0}, constant_rates(75e9)),
      subject_of({.id = "fma", .work = 16.0}, constant_rates(50e9)),
      subject_of({.id = "sse", .isa = "sse2", .work = 8.0}, constant_rates(25e9)),
      subject_of({.id = "store", .kind = SubjectKind::bandwidth, .level = "L1", .mix = "store", .bytes = 32.0},
                 constant_rates(100e9)),
      subject_of({.id = "load", .kind = SubjectKind::bandwidth, .level = "L1", .mix = "load", .bytes = 64.0},
                 constant_rates(200e9)),
      subject_of({.id = "maddubs", .mix = "maddubs", .dtype = "i8", .work_unit = "op", .work = 128.0},
                 constant_rates(400e9)),
      subject_of({.id = "dot8", .mix = "dot", .dtype = "i8", .work_unit = "op", .work = 64.0}, constant_rates(200e9))};
  return m;
}

std::vector<std::string> codes(const RooflineMeasurement& m) {
  std::vector<std::string> all;
  for (const InvalidReason& reason : roofline_problems(m, fit_roofline(m))) {
    all.push_back(reason.code);
    EXPECT_FALSE(reason.remedy.empty()) << reason.code;
  }
  return all;
}

TEST(Roofline, TheFlatRoofIsTheMultiplyAddAndTheSlopeTheBestMix) {
  const Roofline roofline = fit_roofline(hand_made());
  ASSERT_THAT(roofline.sets, SizeIs(2));
  const RoofSet* set = roofline.set(1, "f64", "flop");
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(roofline.ceilings[set->flat.value()].id, "fma");
  EXPECT_THAT(set->others, ElementsAre(0U, 2U));  // FMA+ADD is higher, SSE2 lower
  const LevelRoofs* level = set->level("L1");
  ASSERT_NE(level, nullptr);
  EXPECT_EQ(roofline.ceilings[level->slope.value()].id, "load");
  EXPECT_THAT(level->mixes, ElementsAre(3U));
  EXPECT_DOUBLE_EQ(level->ridge.point.value(), 0.25);
  EXPECT_NEAR(level->ridge.lower.value(), 0.25, 1e-9);
  EXPECT_THAT(level->knee_reason, HasSubstr("0 usable intensities"));
}

TEST(Roofline, IntegerOperationsHaveRoofsOfTheirOwn) {
  const Roofline roofline = fit_roofline(hand_made());
  const RoofSet* set = roofline.set(1, "i8", "op");
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(roofline.ceilings[set->flat.value()].id, "dot8");  // sums of products, not bare multiplications
  EXPECT_EQ(roofline.set(1, "i8", "flop"), nullptr);
  EXPECT_EQ(roofline.set(1, "f64", "op"), nullptr);
}

TEST(Roofline, AnImplausibleCeilingIsNoRoof) {
  RooflineMeasurement m = hand_made();
  m.subjects[1].work_per_cycle_limit = 8.0;  // 50e9 / 3.2e9 = 15.6
  const Roofline roofline = fit_roofline(m);
  EXPECT_EQ(roofline.ceilings[1].state, CeilingState::implausible);
  EXPECT_EQ(roofline.ceilings[roofline.set(1, "f64", "flop")->flat.value()].id, "sse");  // the next multiply-add
  EXPECT_THAT(codes(m), ElementsAre("implausible"));
}

// The FMA of the widest instructions lacks samples: a narrower one must not pass for the roof unsaid.
TEST(Roofline, ARoofThatAFasterCandidateDoubtsIsSaid) {
  RooflineMeasurement m = hand_made();
  for (RooflineSample& sample : m.subjects[1].samples) {
    sample.contamination = Contamination::preempted;
  }
  EXPECT_THAT(codes(m), ElementsAre("roof_in_doubt"));
  EXPECT_THAT(fit_roofline(m).set(1, "f64", "flop")->doubt, HasSubstr("fma (none of 25 samples is clean"));
  m = hand_made();
  m.subjects[2].samples.resize(3);  // SSE2 was never faster than the roof
  m.subjects[3].samples.resize(3);  // nor stores than loads
  EXPECT_THAT(codes(m), IsEmpty());
  m.subjects[4].samples.resize(3);
  m.subjects[3] =
      subject_of({.id = "store", .kind = SubjectKind::bandwidth, .level = "L1", .mix = "store", .bytes = 32.0},
                 constant_rates(100e9));
  EXPECT_THAT(codes(m), ElementsAre("roof_in_doubt"));
}

TEST(Roofline, TheRidgeIsTakenDrawByDraw) {
  // Rounds that slow arithmetic and memory alike leave the ridge where it is.
  RooflineMeasurement m = hand_made();
  std::vector<std::vector<double>> shifts;
  for (const double shift : {1.0, 0.9, 0.8, 0.85, 0.95}) {
    shifts.emplace_back(6, shift);
  }
  const auto times = [&](double factor) {
    auto rates = shifts;
    for (auto& round : rates) {
      for (double& rate : round) {
        rate *= factor;
      }
    }
    return rates;
  };
  m.subjects = {subject_of({.id = "fma", .work = 16.0}, times(50e9)),
                subject_of({.id = "load", .kind = SubjectKind::bandwidth, .level = "L1", .bytes = 64.0}, times(200e9))};
  const Roofline roofline = fit_roofline(m);
  EXPECT_GT(*roofline.ceilings[0].roof.upper / *roofline.ceilings[0].roof.lower, 1.05);
  const EstimateRecord& ridge = roofline.sets.at(0).levels.at(0).ridge;
  EXPECT_NEAR(ridge.lower.value(), 0.25, 1e-9);
  EXPECT_NEAR(ridge.upper.value(), 0.25, 1e-9);
}

TEST(Roofline, RecoversTheKneesOfTheSample) {
  const RooflineMeasurement m = sample_roofline();
  const Roofline roofline = fit_roofline(m);
  EXPECT_THAT(roofline_problems(m, roofline), IsEmpty());
  for (const std::size_t threads : {1U, 2U}) {
    const RoofSet* set = roofline.set(threads, "f64", "flop");
    ASSERT_NE(set, nullptr);
    for (const auto& [name, p] : {std::pair{"L1", 3.2}, {"L2", 5.4}, {"L3", 4.3}, {"DRAM", 2.0}}) {
      const LevelRoofs* level = set->level(name);
      ASSERT_NE(level, nullptr);
      ASSERT_TRUE(level->knee) << name << level->knee_reason;
      EXPECT_NEAR(level->knee->p.point.value() / p, 1.0, 0.1) << name;
      EXPECT_LT(level->knee->p.lower.value(), p * 1.02) << name;
      EXPECT_GT(level->knee->p.upper.value(), p * 0.98) << name;
      EXPECT_LT(level->knee->log_error_round, level->knee->log_error_hard) << name;
      const EstimateRecord middle = attainable(*level->knee, *level->knee->ridge.point, roofline.options.bootstrap);
      EXPECT_NEAR(*middle.point / *level->knee->pi.point, std::pow(2.0, -1.0 / level->knee->knee.p), 1e-9);
    }
  }
}

/// Those of `kind`, as after --only.
RooflineMeasurement only(SubjectKind kind) {
  RooflineMeasurement m = hand_made();
  std::erase_if(m.subjects, [&](const RooflineSubject& subject) { return subject.kind != kind; });
  return m;
}

TEST(Roofline, WhatWasNotToBeMeasuredIsNotMissing) {
  const RooflineMeasurement bandwidth = only(SubjectKind::bandwidth);
  const Roofline slopes = fit_roofline(bandwidth);
  ASSERT_THAT(slopes.sets, SizeIs(1));
  EXPECT_FALSE(slopes.sets[0].flat);
  EXPECT_EQ(slopes.ceilings[slopes.sets[0].levels[0].slope.value()].id, "load");
  EXPECT_THAT(codes(bandwidth), IsEmpty());
  const std::string text = roofline_text(bandwidth, slopes, {}, {});
  EXPECT_THAT(text, AllOf(HasSubstr("VALID"), HasSubstr("* L1 load"), HasSubstr("3.20 GHz measured")));
  EXPECT_THAT(text, Not(AnyOf(HasSubstr("FLAT ROOFS"), HasSubstr("RIDGES"), HasSubstr("none:"))));

  const RooflineMeasurement compute = only(SubjectKind::compute);
  EXPECT_THAT(codes(compute), IsEmpty());
  const std::string flat = roofline_text(compute, fit_roofline(compute), {}, {});
  EXPECT_THAT(flat, AllOf(HasSubstr("FLAT ROOFS"), Not(AnyOf(HasSubstr("SLOPES"), HasSubstr("RIDGES")))));
}

TEST(Roofline, ArithmeticThatWasAskedForAndFailedIsMissing) {
  for (const bool with_bandwidth : {false, true}) {
    RooflineMeasurement m = with_bandwidth ? hand_made() : only(SubjectKind::compute);
    for (RooflineSubject& subject : m.subjects) {
      if (subject.kind == SubjectKind::compute) {
        subject.kernel = "peak";
        subject.samples.clear();
        subject.unavailable = "no memory";
      }
    }
    EXPECT_THAT(codes(m), Contains("no_flat_roof")) << with_bandwidth;
    for (RooflineSubject& subject : m.subjects) {
      subject.kernel.clear();  // as of an instruction set that the processor lacks
    }
    EXPECT_THAT(codes(m), Not(Contains("no_flat_roof"))) << with_bandwidth;
  }
}

TEST(Roofline, IntensitiesAloneHaveTheKneeOfTheDial) {
  RooflineMeasurement m = sample_roofline();
  std::erase_if(m.subjects, [](const RooflineSubject& subject) { return subject.kind != SubjectKind::intensity; });
  const Roofline roofline = fit_roofline(m);
  EXPECT_THAT(codes(m), IsEmpty());
  const std::string text = roofline_text(m, roofline, {}, {});
  EXPECT_THAT(text, AllOf(HasSubstr("RIDGES"), HasSubstr("DRAM"), Not(HasSubstr("none:"))));
  EXPECT_THAT(text, Not(AnyOf(HasSubstr("FLAT ROOFS"), HasSubstr("SLOPES"))));
}

TEST(Roofline, TheBriefTextHasRoofsSlopesAndDots) {
  const RooflineMeasurement m = sample_roofline();
  const Roofline roofline = fit_roofline(m);
  const std::vector<PlacedDot> dots = place_dots(roofline, m);
  const std::string text = roofline_brief_text(m, roofline, dots, {});
  EXPECT_THAT(text, AllOf(HasSubstr("  flat  "), HasSubstr("  L1    "), HasSubstr("; ridge "), HasSubstr("DOTS")));
  EXPECT_THAT(text, Not(HasSubstr("LATENCY")));
  RooflineMeasurement nothing;
  EXPECT_THAT(roofline_brief_text(nothing, fit_roofline(nothing), {}, {}), HasSubstr("INVALID"));
}

TEST(Roofline, SaysEveryReasonWhyItIsInvalid) {
  EXPECT_THAT(codes(hand_made()), IsEmpty());
  EXPECT_THAT(codes(RooflineMeasurement{}), ElementsAre("too_few_rounds"));
  RooflineMeasurement m = hand_made();
  m.interrupted = true;
  EXPECT_THAT(codes(m), ElementsAre("interrupted"));
  m = hand_made();
  m.subjects.push_back(subject_of({.id = "L2", .kind = SubjectKind::bandwidth, .level = "L2", .bytes = 64.0}, {}));
  EXPECT_THAT(codes(m), ElementsAre("no_slope"));
  m = hand_made();
  m.subjects[0].output_check = "element 0: expected 1, found 2";
  EXPECT_THAT(codes(m), ElementsAre("output_check"));
  m = hand_made();
  for (RooflineSubject& subject : m.subjects) {
    for (RooflineSample& sample : subject.samples) {
      sample.round %= 4;
    }
  }
  EXPECT_THAT(codes(m), ElementsAre("too_few_rounds"));
  for (RooflineSample& sample : m.subjects[3].samples) {
    sample.contamination = Contamination::preempted;
  }
  m.subjects[4].samples = m.subjects[3].samples;
  const auto reasons = roofline_problems(m, fit_roofline(m));
  EXPECT_EQ(reasons.back().code, "no_slope");
  EXPECT_THAT(reasons.back().message, HasSubstr("L1 on 1 thread: store: none of 25 samples is clean"));
  EXPECT_THAT(reasons.back().remedy, HasSubstr("--duration 22s"));
}

}  // namespace
}  // namespace assay
