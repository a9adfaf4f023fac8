#include "analysis/soak_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "analysis/run_file.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::EndsWith;

const json& golden() {
  static const json document = json::parse(to_json(golden_run()));
  return document;
}

/// How a run file is refused of which the soak has this value there.
std::string refusal(const std::string& pointer, const json& value) {
  json document = golden();
  document[json::json_pointer("/soak" + pointer)] = value;
  try {
    (void)run_document_from_json(document.dump(), "f");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(SoakJson, RoundTripsEveryMember) {
  const RunDocument run = run_document_from_json(to_json(golden_run()), "golden");
  ASSERT_TRUE(run.soak);
  EXPECT_EQ(to_json(run), to_json(golden_run()));
  // By hand, so that writer and reader cannot err alike.
  const SoakRecord& soak = *run.soak;
  EXPECT_EQ(soak.period_s, 30.0);
  EXPECT_EQ(soak.ambient_c, 22.5);
  EXPECT_EQ(soak.left_out_s, 0.4);
  EXPECT_EQ(soak.trip_temperature_c, 95.0);
  ASSERT_EQ(soak.points.size(), 4U);
  EXPECT_EQ(soak.points[0].throttle_flag, std::nullopt);
  EXPECT_EQ(soak.points[1].throttle_flag, false);
  EXPECT_EQ(soak.points[2].throttle_flag, true);
  EXPECT_EQ(soak.points[2].clock_hz, 2.56e9);
  EXPECT_EQ(soak.points[3].temperature_c, 95.5);
  EXPECT_EQ(soak.points[3].involuntary_switches_per_s, 12.5);
  EXPECT_EQ(soak.audit->stability, 0.8);
  EXPECT_EQ(soak.audit->sustained_to_peak, 0.79);
  EXPECT_EQ(soak.audit->burst_per_s, 399.0);
  EXPECT_EQ(soak.audit->loops.at(1).p99_s, 0.0041);
  EXPECT_EQ(soak.audit->steady.kind, SteadyKind::slow_down);
  EXPECT_EQ(soak.audit->steady.begin, 2U);
  EXPECT_EQ(soak.audit->segments.at(1).standard_deviation, 0.5);
  EXPECT_EQ(soak.audit->drops.at(0).clock_drop, 0.2);
  EXPECT_EQ(soak.audit->time_to_throttle_s, 60.0);
  EXPECT_EQ(soak.loop_p99_s.at(1).upper, 0.0044);
  EXPECT_EQ(soak.loop_p99_s.at(0).reason, "needs 214 more queries");
  EXPECT_EQ(soak.verdict.cause, SustainedCause::thermal);
  EXPECT_EQ(soak.energy.at(0).idle_power_w, 9.1);
  EXPECT_EQ(soak.energy.at(0).queries_per_j, 6.5);
  EXPECT_EQ(soak.sensors.at(0).values.at(0), std::nullopt);
  EXPECT_EQ(soak.absences.at(0).kind, "fan");
  EXPECT_EQ(soak.watch.clock_cpus, (std::vector<int>{2, 4}));
  EXPECT_EQ(soak.watch.no_room_count, 2U);
  EXPECT_EQ(soak.watch.power_of, "RAPL package-0");
}

TEST(SoakJson, RoundTripsTheSamples) {
  for (const RunDocument& run : soak_runs()) {
    const std::string text = to_json(run);
    EXPECT_EQ(to_json(run_document_from_json(text, "sample")), text);
  }
}

TEST(SoakJson, NoSoakAndNoAuditAreNull) {
  RunDocument run = golden_run();
  run.soak->audit.reset();
  EXPECT_TRUE(json::parse(to_json(run))["soak"]["audit"].is_null());
  EXPECT_FALSE(run_document_from_json(to_json(run), "f").soak->audit);
  run.soak.reset();
  EXPECT_TRUE(json::parse(to_json(run))["soak"].is_null());
  EXPECT_FALSE(run_document_from_json(to_json(run), "f").soak);
}

TEST(SoakJson, RefusesColumnsThatAreNotOneValueAPoint) {
  EXPECT_THAT(refusal("/points/throughput_per_s", {1, 2, 3}),
              EndsWith("soak.points.throughput_per_s: expected 4 values, one a point, found an array"));
  EXPECT_THAT(refusal("/points/clock_hz", {1, 2, 3, 4, 5}),
              EndsWith("soak.points.clock_hz: expected 4 values, one a point, found an array"));
  EXPECT_THAT(refusal("/points/throttle_flag", json::array()),
              EndsWith("soak.points.throttle_flag: expected 4 values, one a point, found an array"));
  EXPECT_THAT(refusal("/sensors/0/values", {1.0}),
              EndsWith("soak.sensors[0].values: expected 4 values, one a point, found an array"));
}

TEST(SoakJson, RefusesRatesAndTimesBelowZero) {
  EXPECT_THAT(refusal("/points/throughput_per_s/1", -1.0),
              EndsWith("soak.points.throughput_per_s: expected rates of at least 0, found an array"));
  EXPECT_THAT(refusal("/points/throughput_per_s/1", nullptr),
              EndsWith("soak.points.throughput_per_s: expected rates of at least 0, found an array"));
  EXPECT_THAT(refusal("/points/t_s/0", -1.0), ::testing::HasSubstr("soak.points.t_s[0]: expected a number from 0"));
  EXPECT_THAT(refusal("/audit/peak_per_s", -1.0),
              ::testing::HasSubstr("soak.audit.peak_per_s: expected a number from 0"));
}

TEST(SoakJson, RefusesSegmentsOutsideThePoints) {
  EXPECT_THAT(refusal("/audit/segments/1/end", 5),
              EndsWith("soak.audit.segments[1]: expected points from begin to before end, of 4, found an object"));
  EXPECT_THAT(refusal("/audit/segments/0/begin", 2),
              EndsWith("soak.audit.segments[0]: expected points from begin to before end, of 4, found an object"));
  EXPECT_THAT(refusal("/audit/drops/0/during/end", 9),
              EndsWith("soak.audit.drops[0].during: expected points from begin to before end, of 4, found an object"));
  EXPECT_THAT(refusal("/audit/steady/begin", 4), EndsWith("soak.audit.steady.begin: expected a point of 4, found 4"));
}

TEST(SoakJson, RefusesNamesThatItDoesNotKnow) {
  EXPECT_THAT(refusal("/verdict/cause", "HOT"),
              EndsWith("soak.verdict.cause: expected the name of a verdict, e.g. \"STABLE\", found a string"));
  EXPECT_THAT(refusal("/audit/steady/kind", "wobbly"),
              EndsWith("expected \"flat\", \"warm-up\", \"slow-down\" or \"no steady state\", found a string"));
}

TEST(SoakJson, RefusesATailOfSomeLoopsOnly) {
  EXPECT_THAT(refusal("/audit/loops/0/p99", nullptr),
              EndsWith("soak.audit.loops: expected a p99 in each loop, or in none, found an array"));
}

}  // namespace
}  // namespace assay
