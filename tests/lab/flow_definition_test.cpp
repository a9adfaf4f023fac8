#include "lab/flow/flow_definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "lab/flow/flow_run.hpp"
#include "lab/flow/lab_refusal.hpp"
#include "lab/flow/shipped_flows.hpp"
#include "lab/run_request_text.hpp"
#include "lab/suite_plan.hpp"
#include "scenarios/track_definition.hpp"
#include "tests/lab/sample_lab.hpp"

namespace assay {
namespace {

using test_support::small_flow;
using test_support::small_systems_flow;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

FlowDefinition shipped(const std::string& name) {
  const NamedText text = find_flow(name);
  return flow_from_toml(text.text, text.name);
}

/// The message of what is refused; empty: nothing was.
std::string refusal(const std::string& text) {
  try {
    (void)flow_from_toml(text, "small.toml");
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::string changed(const std::string& from, const std::string& to) {
  std::string text = small_flow();
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(FlowDefinition, EachTrackHasALabThatFitsItsTrackFile) {
  EXPECT_THAT(shipped_flow_names(), ElementsAre("cloud", "edge", "mobile", "tiny"));
  for (const std::string& name : shipped_flow_names()) {
    const FlowDefinition flow = shipped(name);
    const TrackDefinition track = find_track(name);
    EXPECT_EQ(flow.track, name);
    EXPECT_EQ(flow.persona, track.persona);
    EXPECT_EQ(flow.crisis, track.crisis);
    EXPECT_EQ(flow.claim, track.claim);
    EXPECT_EQ(flow.window, track.window);
    EXPECT_EQ(flow.workload, track.workload);
    EXPECT_EQ(flow.parameters, track.parameters);
    EXPECT_EQ(flow.calibration.has_value(), track.calibration.has_value());
    if (flow.calibration) {
      EXPECT_EQ(flow.calibration->values, track.calibration->values);
      EXPECT_EQ(flow.calibration->target, track.calibration->target);
    }
  }
}

TEST(FlowDefinition, EveryRunOfEveryTrackCanBeAskedForAtBothEndsOfItsControls) {
  for (const std::string& name : shipped_flow_names()) {
    const FlowDefinition flow = shipped(name);
    const std::vector<std::string> sizes = flow.calibration ? flow.calibration->values : std::vector<std::string>{""};
    for (const FlowPart& part : flow.parts) {
      for (const FlowRun& run : part.runs) {
        for (const std::string& size : run.kind == FlowRun::Kind::run ? sizes : std::vector<std::string>{}) {
          // Each alone: how much of a CPU they may take together is said where they are asked for.
          std::vector<std::map<std::string, double>> choices(1);
          for (const std::string& id : run.controls) {
            choices.push_back({{id, part.control(id)->lower}});
            choices.push_back({{id, part.control(id)->upper}});
          }
          for (const auto& controls : choices) {
            SCOPED_TRACE(name + " " + run.id);
            EXPECT_NO_THROW((void)request_from(
                flow_run_options(flow, part, run, {.size = size, .duration = "", .controls = controls, .seed = 1})));
            EXPECT_NO_THROW((void)request_from(flow_run_options(
                flow, part, run, {.size = size, .duration = "500ms", .controls = controls, .seed = 1})));
          }
        }
      }
    }
  }
}

TEST(FlowDefinition, EverySuiteCanBePlannedInEverySizeAndTakesAsLongAsItSays) {
  for (const std::string& name : shipped_flow_names()) {
    const FlowDefinition flow = shipped(name);
    const std::vector<std::string> sizes = flow.calibration ? flow.calibration->values : std::vector<std::string>{""};
    for (const FlowRun& run : flow.parts[2].runs) {
      for (const std::string& size : run.kind == FlowRun::Kind::suite ? sizes : std::vector<std::string>{}) {
        for (const char* const duration : {"", "300ms", "3s"}) {
          SCOPED_TRACE(name + " " + run.id + " " + size + " " + duration);
          const SuitePlan plan =
              plan_suite(flow_suite(flow, run, {.size = size, .duration = duration, .controls = {}}));
          EXPECT_EQ(plan.expected(), flow_run_time(run, duration));
          EXPECT_TRUE(plan.left_out.empty());
        }
      }
    }
  }
}

TEST(FlowDefinition, ASuiteMeasuresTheWorkOfTheLabInTheSizeThatWasChosen) {
  const FlowDefinition flow = shipped("edge");
  const FlowRun& run = *flow.parts[2].run("system_b");
  const SuiteDefinition suite = flow_suite(flow, run, {.size = "0.75", .duration = "300ms", .controls = {}});
  EXPECT_EQ(suite.workload, flow.workload);
  EXPECT_EQ(suite.track, "edge");
  EXPECT_THAT(suite.parameters, ElementsAre("dtype=f32", "width=0.75", "library=own"));
  for (const SuiteStepDefinition& step : suite.steps) {
    const bool is_roofline = step.kind == SuiteStepDefinition::Kind::roofline;
    EXPECT_EQ(step.flags.at("duration"), is_roofline ? "4s" : "300ms");
  }
  const std::string other = flow_suite(flow, run, {.size = "0.5", .duration = "300ms", .controls = {}}).sha256;
  EXPECT_NE(other, suite.sha256) << "bundles of other work are of another suite";
  EXPECT_THAT(suite_command_text(suite, run.envelope),
              HasSubstr("assay suite lab --workload ssdlite --param dtype=f32 --param width=0.75 "
                        "--param library=own --envelope narrow"));
}

TEST(FlowDefinition, EveryQuestionIsAnsweredByARunOfItsPart) {
  for (const std::string& name : shipped_flow_names()) {
    for (const FlowPart& part : shipped(name).parts) {
      EXPECT_FALSE(part.questions.empty());
      EXPECT_LE(part.controls.size(), kMostFlowControls);
      for (const FlowQuestion& question : part.questions) {
        for (const std::string& run : question.runs) {
          ASSERT_NE(part.run(run), nullptr) << name << " " << question.id;
          EXPECT_TRUE(part.run(run)->required) << name << " " << run;
        }
      }
    }
  }
}

TEST(FlowDefinition, TheThreePartsOfEachTrackFitIntoThreeQuartersOfAnHour) {
  for (const std::string& name : shipped_flow_names()) {
    EXPECT_LE(flow_time(shipped(name), ""), std::chrono::minutes{15}) << name;  // the rest is for thinking
    EXPECT_EQ(shipped(name).parts[1].runs.front().most, 10U) << name;
  }
}

TEST(FlowDefinition, SaysInOneLineWhatIsWrong) {
  EXPECT_EQ(refusal(small_flow()), "");
  EXPECT_THAT(refusal(changed("persona = \"tester\"\n", "")), HasSubstr("lacks persona"));
  EXPECT_THAT(refusal(changed("metric = \"p99\"", "metric = \"joy\"")), HasSubstr("usd_per_token"));
  EXPECT_THAT(refusal(changed("key = \"multi\"", "key = \"none\"")), HasSubstr("key none is none of its options"));
  EXPECT_THAT(refusal(changed("runs = [\"cameras\"]", "runs = [\"camera\"]")), HasSubstr("camera, which its part"));
  EXPECT_THAT(refusal(changed("figure = \"missed_share\"", "figure = \"beauty\"")), HasSubstr("p99_at_10_5"));
  EXPECT_THAT(refusal(changed("upper = 100\n", "upper = 0\n")), HasSubstr("lower must be below upper"));
  EXPECT_THAT(refusal(changed("value = \"{}x1ms\"", "value = \"1ms\"")), HasSubstr("value must hold {} once"));
  EXPECT_THAT(refusal(changed("flag = \"noise\"", "flag = \"loud\"")), HasSubstr("no flag --loud"));
  EXPECT_THAT(refusal(changed("id = \"offline\"", "id = \"single\"")), HasSubstr("have the id single"));
  EXPECT_THAT(refusal(changed("most = 10", "most = 0")), HasSubstr("line "));
  EXPECT_THAT(refusal(changed("kind = \"file\"", "kind = \"magic\"")),
              HasSubstr("none of run, realworld, suite, audit, file"));
  const std::string systems = small_systems_flow();
  EXPECT_EQ(refusal(systems), "");
  const auto other_system = [&systems](const std::string& from, const std::string& to) {
    std::string text = systems;
    return refusal(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_THAT(other_system("suite = \"lab\"", "suite = \"../lab\""), HasSubstr("suite ../lab is none of default, lab"));
  EXPECT_THAT(other_system("envelope = \"narrow\"", "envelope = \"x\""), HasSubstr("none of narrow, starved"));
  EXPECT_THAT(other_system("envelope = \"narrow\"", ""), HasSubstr("lacks envelope"));
  EXPECT_THAT(other_system("envelope = \"narrow\"", "envelope = \"narrow\"\nparameters = [\"n\"]"),
              HasSubstr("must be NAME=VALUE"));
  EXPECT_THAT(refusal(changed("arrivals = \"cameras:2x30:aligned\"", "arrivals = \"trace:/etc/passwd\"")),
              HasSubstr("measures this machine only"));
  EXPECT_THAT(refusal(changed("duration = \"60ms\"", "duration = \"soon\"")), HasSubstr("duration of a run"));
  EXPECT_THAT(refusal(small_flow() + "surprise = 1\n"), HasSubstr("unknown key surprise"));
}

TEST(FlowRunControls, AreReadWithAndWithoutWhatStandsAroundTheNumber) {
  const FlowDefinition flow = flow_from_toml(small_flow(), "small.toml");
  const FlowControl& noise = *flow.parts[1].control("noise");
  EXPECT_EQ(control_value(noise, "40"), 40.0);
  EXPECT_EQ(control_value(noise, "40x1ms"), 40.0);
  EXPECT_EQ(control_value(noise, "0"), 0.0);
  for (const char* const bad : {"201", "-1", "nan", "inf", "40x2ms", "", "x1ms", "many"}) {
    EXPECT_THROW((void)control_value(noise, bad), LabRefusal) << bad;
  }
  const FlowControl& rate = *flow.parts[0].control("rate");
  EXPECT_EQ(control_value(rate, "1.5k"), 1500.0);
  EXPECT_THROW((void)control_value(rate, "0"), LabRefusal);
}

}  // namespace
}  // namespace assay
