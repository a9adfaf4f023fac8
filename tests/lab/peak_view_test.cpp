#include "lab/peak_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PeakResult found() {
  return {.workload = "mlp",
          .slo_s = 0.01,
          .probes = {{.probe = {.rate_hz = 200.0,
                                .share = {.within = 0.95, .interval = {0.93, 0.97}, .effective_sample_size = 900},
                                .outcome = ProbeOutcome::broke},
                      .file = "b.run.json"},
                     {.probe = {.rate_hz = 100.0,
                                .share = {.within = 1.0, .interval = {0.996, 1.0}, .effective_sample_size = 1000},
                                .tail_latency_s = 4e-3,
                                .outcome = ProbeOutcome::held},
                      .file = "a.run.json"}},
          .estimate = {.held_hz = 100.0, .broke_hz = 200.0, .point_hz = 141.4, .reason = ""}};
}

TEST(PeakView, SaysThePeakWithItsEndsAndTheProbesByRate) {
  const std::string text = peak_text(found(), Charset::ascii);
  EXPECT_THAT(text, HasSubstr("mlp peak: 141 queries/s within 10.0 ms at p99; it lies between 100 queries/s (held) and "
                              "200 queries/s (broke)"));
  EXPECT_LT(text.find("held "), text.find("broke "));
  EXPECT_THAT(text, HasSubstr("p99 not available"));
  EXPECT_THAT(text, Not(HasSubstr("SYNTHETIC")));
}

TEST(PeakView, SaysWhatIsInDoubt) {
  PeakResult result = found();
  result.mark = {.synthetic = true, .emulated = "phone"};
  result.estimate = {.held_hz = 100.0, .generator_limited = true, .reason = "no rate broke"};
  const std::string text = peak_text(result, Charset::ascii);
  EXPECT_THAT(text, HasSubstr("SYNTHETIC EMULATED phone mlp peak: at least 100 queries/s"));
  EXPECT_THAT(text, HasSubstr("in doubt: no rate broke"));
  EXPECT_THAT(text, HasSubstr("the load generator itself was late"));
}

TEST(PeakView, TheJsonHoldsEveryProbeInTheOrderOfMeasuring) {
  const auto json = nlohmann::json::parse(peak_json(found()));
  EXPECT_EQ(json.at("peak_hz").at("lower"), 100.0);
  EXPECT_EQ(json.at("probes").at(0).at("file"), "b.run.json");
  EXPECT_TRUE(json.at("probes").at(0).at("tail_latency_s").is_null());
  EXPECT_TRUE(json.at("peak_hz").at("reason").is_null());
}

TEST(PeakView, CountsCameras) {
  PeakResult result = found();
  result.cameras = {.frames_per_s = 50.0, .phase = "aligned"};
  result.estimate.broke_hz = 150.0;
  EXPECT_THAT(peak_text(result, Charset::ascii),
              HasSubstr("mlp cameras at 50.0 frames/s, aligned: 2 hold 10.0 ms at p99, 3 do not"));
  EXPECT_THAT(peak_text(result, Charset::ascii), HasSubstr("4 cameras"));
  EXPECT_EQ(nlohmann::json::parse(peak_json(result)).at("cameras").at("held"), 2);
  result.estimate = {.broke_hz = 50.0, .reason = ""};
  EXPECT_THAT(peak_text(result, Charset::ascii), HasSubstr("not even one holds"));
  EXPECT_TRUE(nlohmann::json::parse(peak_json(found())).at("cameras").is_null());
}

}  // namespace
}  // namespace assay
