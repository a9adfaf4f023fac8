#include "analysis/audit_fairness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/audit_facts.hpp"
#include "analysis/dose_verdict.hpp"
#include "tests/analysis/sample_systems.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

FairnessFacts fair(const char* letter) {
  FairnessFacts facts{.letter = letter};
  facts.workload = "gemv v1, size=64MiB";
  facts.scenario = "offline";
  facts.work_flops = 1'000'000;
  facts.traffic_bytes = 2'000'000;
  facts.build_type = "Release";
  facts.warm_up_s = {2.0, 2.003, 2.01};
  facts.repeats = 3;
  facts.rule = "at least 10.0 s and 1 query each";
  facts.least_samples = 100;
  facts.most_samples = 120;
  facts.steal_shares = {0.0, 0.01, 0.0};
  facts.foreign_shares = {0.01, 0.01, 0.02};
  facts.clock_drop = 0.01;
  facts.window = "no window";
  facts.soft = {{"compiler", "GNU 12.2.0"}};
  return facts;
}

/// With a change to the second of two systems.
template <typename Change>
FairnessIndex with(Change change) {
  std::vector<FairnessFacts> systems{fair("A"), fair("B")};
  change(systems[1]);
  return fairness_index(systems);
}

TEST(Fairness, HoldsAtFiveOfFive) {
  const FairnessIndex index = with([](FairnessFacts& b) { b.least_samples = b.most_samples = 4000; });
  EXPECT_EQ(index.held(), 5U);
  EXPECT_DOUBLE_EQ(index.share(), 1.0);
  EXPECT_TRUE(index.reportable());
  EXPECT_THAT(index.why_withheld(), IsEmpty());
  EXPECT_THAT(index.controls[2].facts[1], HasSubstr("4,000 samples"));
}

TEST(Fairness, NamesTheControlThatFails) {
  const FairnessIndex warm_up = with([](FairnessFacts& b) { b.warm_up_s = {0.5, 0.5, 0.5}; });
  EXPECT_EQ(warm_up.held(), 4U);
  EXPECT_EQ(warm_up.controls[1].state, ControlState::fails);
  EXPECT_EQ(warm_up.why_withheld(), "withheld, because warm-up differed: 2.00 s to 2.01 s against 500 ms");
  EXPECT_THAT(warm_up.controls[1].remedy, HasSubstr("--warmup"));

  const FairnessIndex workload = with([](FairnessFacts& b) { b.workload = "gemv v1, size=128MiB"; });
  EXPECT_EQ(workload.controls[0].state, ControlState::fails);
  EXPECT_THAT(workload.why_withheld(), HasSubstr("the workload differed: gemv v1, size=64MiB"));

  const FairnessIndex count = with([](FairnessFacts& b) { b.repeats = 2; });
  EXPECT_EQ(count.controls[2].state, ControlState::fails);
  EXPECT_THAT(count.why_withheld(), HasSubstr("3 runs, at least 10.0 s and 1 query each against 2 runs"));

  const FairnessIndex window = with([](FairnessFacts& b) { b.window = "P99 within 10.0 ms"; });
  EXPECT_EQ(window.controls[4].state, ControlState::fails);
  const FairnessIndex invalid = with([](FairnessFacts& b) { b.tripped = {"run 2 is INVALID: it was too short"}; });
  EXPECT_THAT(invalid.why_withheld(), HasSubstr("a guardrail of B tripped: run 2 is INVALID"));
}

TEST(Fairness, AWarmUpMayEndWithTheSampleItIsIn) {
  EXPECT_TRUE(with([](FairnessFacts& b) { b.warm_up_s = {2.15}; }).reportable());
  EXPECT_FALSE(with([](FairnessFacts& b) { b.warm_up_s = {2.4}; }).reportable());
}

TEST(Fairness, HardwareStateFailsByWhatDisturbed) {
  const auto finding = [](auto change) { return with(change).controls[3].finding; };
  EXPECT_THAT(finding([](FairnessFacts& b) {
                b.foreign_shares = {0.09, 0.08, 0.01};
              }),
              HasSubstr("other programs took 8.00 %"));
  EXPECT_THAT(finding([](FairnessFacts& b) { b.foreign_shares = {0.3, 0.01, 0.01}; }), HasSubstr("in one run"));
  EXPECT_THAT(finding([](FairnessFacts& b) { b.steal_shares = {0.2, 0.1, 0.1}; }), HasSubstr("the hypervisor took"));
  EXPECT_THAT(finding([](FairnessFacts& b) { b.clock_drop = 0.05; }), HasSubstr("the clock of B differed by 5.00 %"));
  EXPECT_THAT(finding([](FairnessFacts& b) { b.stops = {"memory: 98 % used"}; }), HasSubstr("said STOP: memory"));
  EXPECT_THAT(finding([](FairnessFacts& b) { b.load = "noise 80 bursts/s injected"; }), HasSubstr("injected"));
  EXPECT_THAT(finding([](FairnessFacts& b) { b.undelivered = "membw: below what was asked"; }),
              HasSubstr("not delivered"));
  EXPECT_THAT(finding([](FairnessFacts& b) {
                b.checks = {{"governor", CheckState::warn}};
              }),
              HasSubstr("the doctor warned of governor on B alone"));
}

TEST(Fairness, TheSameWarningOnBothIsTheSameState) {
  std::vector<FairnessFacts> systems{fair("A"), fair("B")};
  systems[0].checks = systems[1].checks = {{"governor", CheckState::warn}};
  EXPECT_TRUE(fairness_index(systems).reportable());
}

TEST(Fairness, WhatIsNotKnownDoesNotHold) {
  const FairnessIndex shares = with([](FairnessFacts& b) {
    b.steal_shares.clear();
    b.shares_reason = "/proc/stat is hidden here";
  });
  EXPECT_EQ(shares.controls[3].state, ControlState::not_known);
  EXPECT_FALSE(shares.reportable());
  EXPECT_THAT(shares.why_withheld(), HasSubstr("/proc/stat is hidden here"));
  const FairnessIndex clock = with([](FairnessFacts& b) { b.clock_drop.reset(); });
  EXPECT_EQ(clock.controls[3].state, ControlState::not_known);
  EXPECT_TRUE(with([](FairnessFacts& b) { b.clock_drop.reset(), b.governor_fixed = true; }).reportable());
  const FairnessIndex none = with([](FairnessFacts& b) { b = {.letter = "B", .no_runs = "no run was readable"}; });
  EXPECT_EQ(none.held(), 0U);
  EXPECT_THAT(none.why_withheld(), HasSubstr("no run was readable"));
}

TEST(Fairness, SyntheticWorkIsNoWorkload) {
  std::vector<FairnessFacts> systems{fair("A"), fair("B")};
  systems[0].synthetic = systems[1].synthetic = true;
  EXPECT_THAT(fairness_index(systems).why_withheld(), HasSubstr("synthetic"));
}

TEST(Fairness, SoftDifferencesBlockNothing) {
  const FairnessIndex index = with([](FairnessFacts& b) { b.soft["compiler"] = "Clang 14"; });
  EXPECT_TRUE(index.reportable());
  EXPECT_THAT(index.differences, ::testing::ElementsAre("compiler: GNU 12.2.0 against Clang 14"));
}

TEST(Fairness, TakesTwoMeasuredSystems) {
  EXPECT_THAT(fairness_index({}).why_withheld(), HasSubstr("nothing was measured"));
  EXPECT_FALSE(fairness_index({fair("A")}).reportable());
}

TEST(FairnessFacts, ComeFromTheFiles) {
  const LoadedBundle bundle = sample_bundle(tall_system());
  const FairnessFacts facts = fairness_facts("A", bundle, lighthouse_runs(bundle));
  EXPECT_EQ(facts.workload, "gemv v1, dtype=f32, size=64MiB");
  EXPECT_EQ(facts.repeats, 3U);
  EXPECT_THAT(facts.foreign_shares, ::testing::ElementsAre(0.01, 0.01, 0.01));
  EXPECT_DOUBLE_EQ(*facts.clock_drop, 0.0);
  EXPECT_THAT(facts.tripped, IsEmpty());
}

TEST(FairnessFacts, ADeclaredLimitIsNoBreachAndAnotherLoadIs) {
  SampleSystem starved = tall_system();
  starved.limits = {.name = "starved", .stream_bytes_per_s = 8e9};
  LoadedBundle bundle = sample_bundle(starved);
  DoseRecord stream{.knob = "memory", .unit = "bytes/s", .requested = 8e9, .achieved = 7.9e9, .cpu_share = 0.9};
  stream.cpus = {1};
  stream.delivered = true;
  for (BundledRun& one : bundle.runs) {
    one.run.interference = {stream};
    one.run.foreign_cpu_share = 0.46;  // 0.45 of two CPUs is the stream itself
  }
  FairnessFacts facts = fairness_facts("A", bundle, lighthouse_runs(bundle));
  EXPECT_THAT(facts.load, IsEmpty());
  EXPECT_NEAR(facts.foreign_shares.front(), 0.01, 1e-9);
  bundle.record.limits.stream_bytes_per_s.reset();
  facts = fairness_facts("A", bundle, lighthouse_runs(bundle));
  EXPECT_EQ(facts.load, "memory 8e+09 bytes/s injected");
}

TEST(FairnessFacts, WhatAProcessThatLoadsACardTakesOfTheCpusIsNotKnown) {
  LoadedBundle bundle = sample_bundle(tall_system());
  DoseRecord link{.knob = "pcie", .unit = "bytes/s", .requested = 8e9, .achieved = 7.9e9, .cpu_share = 0.9};
  link.source = "own process, on cuda:0";
  link.delivered = true;
  EXPECT_THAT(dose_sentence(link), HasSubstr("90.0 % of the card's time, with the victim's slices in it"));
  for (BundledRun& one : bundle.runs) {
    one.run.interference = {link};
  }
  const FairnessFacts facts = fairness_facts("A", bundle, lighthouse_runs(bundle));
  EXPECT_THAT(facts.foreign_shares, IsEmpty());
  EXPECT_THAT(facts.shares_reason, HasSubstr("took CPU time too"));
}

TEST(LighthouseRuns, TakeAnOfflineStepForAServerOne) {
  LoadedBundle bundle = sample_bundle(tall_system());
  bundle.record.lighthouse_step = "single";
  EXPECT_EQ(lighthouse_runs(bundle).step, "single");
  for (BundledRun& one : bundle.runs) {
    if (one.entry.step == "single") {
      one.run.scenario = "server";
    }
  }
  const LighthouseRuns chosen = lighthouse_runs(bundle);
  EXPECT_EQ(chosen.step, "offline");
  EXPECT_EQ(chosen.tail_step, "single");
  EXPECT_THAT(chosen.notes, ::testing::SizeIs(1));
  bundle.record.lighthouse_step = "nowhere";
  EXPECT_THAT(lighthouse_runs(bundle).reason, HasSubstr("no readable run of its lighthouse"));
}

}  // namespace
}  // namespace assay
