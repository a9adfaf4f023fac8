#include "lab/suite_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/command_error.hpp"
#include "lab/slurm_notes.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

SuiteDefinition small_suite() {
  SuiteDefinition suite{.name = "small", .title = "Small", .workload = "gemm", .parameters = {"n=32"}};
  suite.steps.push_back({.id = "roofline", .title = "roofs", .kind = SuiteStepDefinition::Kind::roofline});
  suite.steps.push_back({.id = "single", .title = "alone", .flags = {{"scenario", "single"}}, .repeat = 2});
  suite.steps.push_back({.id = "offline", .title = "all", .flags = {{"scenario", "offline"}}, .repeat = 3});
  return suite;
}

std::vector<std::string> order_of(const SuitePlan& plan) {
  std::vector<std::string> names;
  for (const SuiteStep& step : plan.steps) {
    names.push_back(step.definition.id + "-" + std::to_string(step.repeat));
  }
  return names;
}

TEST(SuitePlan, RepeatsTakeTurns) {
  EXPECT_THAT(order_of(plan_suite(small_suite())),
              ElementsAre("roofline-1", "single-1", "offline-1", "single-2", "offline-2", "offline-3"));
}

TEST(SuitePlan, ACommandMeasuresAStepAgain) {
  const SuitePlan plan = plan_suite(small_suite());
  EXPECT_EQ(plan.steps[0].command(), "assay roofline");
  EXPECT_EQ(plan.steps[1].command(), "assay run gemm --scenario single --param n=32");
}

TEST(SuitePlan, ASoakTakesItsLengthFromTheDuration) {
  SuiteDefinition suite = small_suite();
  suite.steps = {{.id = "soak",
                  .title = "long",
                  .kind = SuiteStepDefinition::Kind::soak,
                  .flags = {{"duration", "30s"}, {"threads", "1"}}}};
  const SuitePlan plan = plan_suite(suite);
  EXPECT_EQ(plan.steps.at(0).run.value("duration"), "30s");
  EXPECT_TRUE(plan.steps.at(0).run.is_on("soak"));
}

TEST(SuitePlan, WhatCannotBeMeasuredEndsItUnlessOptional) {
  SuiteDefinition suite = small_suite();
  suite.steps[2].flags["rate"] = "a lot";
  EXPECT_THAT([&] { (void)plan_suite(suite); }, ThrowsMessage<CommandError>(HasSubstr("suite small, step offline: ")));
  suite.steps[2].optional = true;
  const SuitePlan plan = plan_suite(suite);
  EXPECT_THAT(order_of(plan), ElementsAre("roofline-1", "single-1", "single-2"));
  ASSERT_EQ(plan.left_out.size(), 1U);
  EXPECT_EQ(plan.left_out[0].step, "offline");
  suite.steps[0].flags["svg"] = "x.svg";
  EXPECT_THAT([&] { (void)plan_suite(suite); }, ThrowsMessage<CommandError>(HasSubstr("has no flag svg")));
  suite = small_suite();
  suite.steps[1].flags["speed"] = "1";
  EXPECT_THAT([&] { (void)plan_suite(suite); }, ThrowsMessage<CommandError>(HasSubstr("has no flag --speed")));
}

TEST(SuitePlan, NoFolderIsWrittenDown) {
  EXPECT_EQ(without_folders("assay run lib:/opt/me/libx.so --arrivals trace:/data/t.csv:2"),
            "assay run lib:libx.so --arrivals trace:t.csv:2");
  EXPECT_EQ(without_folders("cannot read '~/secret/x.toml'"), "cannot read 'x.toml'");
  EXPECT_EQ(without_folders("--membw 4GB/s --lengths azure-conv/8:512/64 --sut http://127.0.0.1:80/v1"),
            "--membw 4GB/s --lengths azure-conv/8:512/64 --sut http://127.0.0.1:80/v1");
  EXPECT_EQ(without_folders("share/suites/smoke.toml"), "share/suites/smoke.toml");
}

TEST(SlurmNotes, SayOnlyWhatTheJobIs) {
  EXPECT_THAT(slurm_notes([](const char*) { return std::nullopt; }), IsEmpty());
  const auto variable = [](const char* name) -> std::optional<std::string> {
    const std::string text = name;
    return text == "SLURM_JOB_ID"          ? std::optional<std::string>("12")
           : text == "SLURM_JOB_NUM_NODES" ? std::optional<std::string>("3")
           : text == "SLURM_JOB_PARTITION" ? std::optional<std::string>("lab<script>/x")
           : text == "SLURM_CPUS_ON_NODE"  ? std::optional<std::string>("99999")
                                           : std::nullopt;
  };
  EXPECT_THAT(slurm_notes(variable), ElementsAre("Slurm job 12, 3 nodes, partition labscriptx, 99999 CPUs of the node: "
                                                 "others may share it"));
}

}  // namespace
}  // namespace assay
