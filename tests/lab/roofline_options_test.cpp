#include "lab/roofline_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/command_error.hpp"
#include "lab/roofline_engine.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string refusal(const RooflineOptions& options) {
  try {
    (void)roofline_request_from(options);
  } catch (const CommandError& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "accepted";
}

TEST(RooflineOptions, ReadEveryFlag) {
  const RooflineRequest request =
      roofline_request_from({.cpus = "0-1,3", .duration = "2.5s", .seed = "7", .only = "compute,dots"});
  EXPECT_THAT(request.cpus, ElementsAre(0, 1, 3));
  EXPECT_EQ(request.time_limit, 2500ms);
  EXPECT_EQ(request.seed, 7U);
  EXPECT_TRUE(request.parts.compute && request.parts.dots);
  EXPECT_FALSE(request.parts.bandwidth || request.parts.intensity || request.parts.latency);
}

TEST(RooflineOptions, WithoutFlagsAllPartsAreMeasured) {
  const RooflineRequest request = roofline_request_from({});
  EXPECT_TRUE(request.cpus.empty());
  EXPECT_TRUE(request.parts.compute && request.parts.bandwidth && request.parts.intensity && request.parts.latency &&
              request.parts.dots);
}

TEST(RooflineOptions, EveryBadValueIsToldAtOnce) {
  EXPECT_THAT(refusal({.cpus = "1-0", .duration = "5", .seed = "-1", .only = "compute,heat"}),
              AllOf(HasSubstr("--cpus '1-0'"), HasSubstr("--duration '5'"), HasSubstr("--seed '-1'"),
                    HasSubstr("--only 'compute,heat': expected one or more of compute,bandwidth")));
  EXPECT_THAT(refusal({.duration = "10ms"}), HasSubstr("1s to 24h"));
  EXPECT_THAT(refusal({.only = "compute,"}), HasSubstr("--only"));
}

TEST(RooflineOptions, AWorkloadIsReadWithItsParameters) {
  const RooflineRequest request = roofline_request_from({.workload = "ssdlite:width=0.75,dtype=i8", .layers = true});
  ASSERT_TRUE(request.workload.has_value());
  EXPECT_EQ(request.workload->entry->name, "ssdlite");
  EXPECT_EQ(request.workload->parameters.at("width"), "0.75");
  EXPECT_FALSE(request.workload->parameters.contains("library"));  // chosen where it is measured
  EXPECT_TRUE(request.layers);
  EXPECT_THAT(refusal({.workload = "resnet"}), HasSubstr("--workload 'resnet': there is no kernel 'resnet'"));
  EXPECT_THAT(refusal({.workload = "resnet50:side=200"}), HasSubstr("side=200 is not accepted"));
  EXPECT_THAT(refusal({.layers = true}), HasSubstr("--layers needs the workload"));
}

TEST(RooflineOptions, BecomeTheArgumentsOfTheMeasuringProcess) {
  EXPECT_THAT(roofline_engine_arguments({.cpus = "0", .only = "dots"}, "out"),
              ElementsAre("assay", "roofline", "--duration=14s", "--seed=1", "--out=out", "--cpus=0", "--only=dots"));
  EXPECT_THAT(
      roofline_engine_arguments({.workload = "mlp", .layers = true}, "out"),
      ElementsAre("assay", "roofline", "--duration=14s", "--seed=1", "--out=out", "--workload=mlp", "--layers"));
}

}  // namespace
}  // namespace assay
