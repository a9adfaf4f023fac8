#include "scenarios/suite_definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "harness/digest.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr const char* kSuite = R"(name = "mine"
title = "Mine"
track = "edge"
lighthouse = "single"
metric = "p99"
workload = "gemm"
parameters = ["n=32"]
[[steps]]
id = "ceilings"
title = "roofs"
kind = "roofline"
flags = { duration = "3s" }
[[steps]]
id = "single"
title = "alone"
repeat = 3
optional = true
flags = { scenario = "single" }
)";

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = kSuite;
  text.replace(text.find(from), from.size(), to);
  return text;
}

auto refusal(const std::string& text, const std::string& words) {
  return ::testing::Value([text] { (void)suite_from_toml(text, "mine.toml"); },
                          ThrowsMessage<std::runtime_error>(AllOf(HasSubstr("mine.toml"), HasSubstr(words))));
}

TEST(SuiteDefinition, ReadsASuite) {
  const SuiteDefinition suite = suite_from_toml(kSuite, "mine.toml");
  EXPECT_EQ(suite.name, "mine");
  EXPECT_EQ(suite.lighthouse, "single");
  EXPECT_EQ(suite.sha256, sha256_hex(kSuite));
  ASSERT_EQ(suite.steps.size(), 2U);
  EXPECT_EQ(suite.steps[0].kind, SuiteStepDefinition::Kind::roofline);
  EXPECT_EQ(suite.steps[0].repeat, 1U);
  EXPECT_EQ(suite.steps[1].kind, SuiteStepDefinition::Kind::run);
  EXPECT_EQ(suite.steps[1].repeat, 3U);
  EXPECT_TRUE(suite.steps[1].optional);
  EXPECT_EQ(suite.steps[1].flags.at("scenario"), "single");
}

TEST(SuiteDefinition, SaysWhatIsWrongAndWhere) {
  EXPECT_TRUE(refusal("name = ", "is no TOML"));
  EXPECT_TRUE(refusal(replaced("title = \"Mine\"\n", ""), "the suite lacks title"));
  EXPECT_TRUE(refusal(replaced("\"mine\"", "\"My Suite\""), "name must be of lower-case letters"));
  EXPECT_TRUE(refusal(replaced("\"edge\"", "\"desk\""), "line 3: track desk is none of cloud, edge, mobile, tiny"));
  EXPECT_TRUE(refusal(replaced("\"p99\"", "\"joy\""), "metric joy is none of"));
  EXPECT_TRUE(refusal(replaced("lighthouse = \"single\"", "lighthouse = \"ceilings\""), "is no run of the suite"));
  EXPECT_TRUE(refusal(replaced("lighthouse = \"single\"", "lighthouse = \"nothing\""), "is no run of the suite"));
  EXPECT_TRUE(
      refusal(replaced("kind = \"roofline\"", "kind = \"dance\""), "kind dance of a step is none of run, soak"));
  EXPECT_TRUE(refusal(replaced("repeat = 3", "repeat = 0"), "repeat of a step must be 1 to 100"));
  EXPECT_TRUE(refusal(replaced("repeat = 3", "repeat = \"3\""), "repeat of a step must be 1 to 100"));
  EXPECT_TRUE(refusal(replaced("optional = true", "optional = \"yes\""), "must be true or false"));
  EXPECT_TRUE(refusal(replaced("repeat = 3", "often = 3"), "line 16: unknown key often in a step; known are"));
  EXPECT_TRUE(refusal(replaced("id = \"single\"", "id = \"ceilings\""), "two steps have the id ceilings"));
  EXPECT_TRUE(refusal(replaced("id = \"single\"", "id = \"../up\""), "use lower-case letters"));
  EXPECT_TRUE(refusal(replaced("workload = \"gemm\"\n", ""), "step single has no workload"));
  EXPECT_TRUE(refusal(replaced("flags = { duration", "workload = \"gemm\"\nflags = { duration"), "is a roofline"));
  EXPECT_TRUE(refusal(replaced("kind = \"roofline\"", "kind = \"roofline\"\nrepeat = 2"), "more than one roofline"));
  EXPECT_TRUE(refusal(std::string(kMostSuiteBytes + 1, '#'), "is longer than"));
}

TEST(SuiteDefinition, TheShippedOnesAreRead) {
  EXPECT_THAT(shipped_suite_names(), ElementsAre("default", "lab", "smoke"));
  for (const std::string& name : shipped_suite_names()) {
    EXPECT_EQ(find_suite(name).name, name);
    EXPECT_EQ(find_suite(name).lighthouse, "offline");
  }
  EXPECT_THAT([] { (void)find_suite("grand"); },
              ThrowsMessage<std::invalid_argument>(
                  "\"grand\" is no file and no suite of that name comes with the program: default, lab, smoke"));
  EXPECT_THAT([] { (void)find_suite("/dev/zero"); }, ThrowsMessage<std::runtime_error>(HasSubstr("no regular file")));
}

}  // namespace
}  // namespace assay
