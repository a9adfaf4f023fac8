#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/run_file.hpp"
#include "tests/analysis/json_schema.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

json golden() { return json::parse(to_json(golden_run())); }

/// The findings about the golden file with the value at `pointer` replaced.
std::vector<std::string> findings_with(const char* pointer, const json& value) {
  json document = golden();
  document[json::json_pointer(pointer)] = value;
  return schema_findings(own_schema("run-1"), document);
}

TEST(RunSchema, DescribesEveryFileThatIsWritten) {
  EXPECT_THAT(schema_findings(own_schema("run-1"), golden()), IsEmpty());
  for (const RunDocument& run : sample_runs()) {
    EXPECT_THAT(schema_findings(own_schema("run-1"), json::parse(to_json(run))), IsEmpty()) << run.scenario;
  }
  for (const RunDocument& run : soak_runs()) {
    EXPECT_THAT(schema_findings(own_schema("run-1"), json::parse(to_json(run))), IsEmpty())
        << run.machine_identity.label;
  }
  EXPECT_THAT(
      schema_findings(own_schema("run-1"), json::parse(to_json(RunDocument{.scenario = "single", .mode = "accuracy"}))),
      ElementsAre("result.metric.unit: is none of [\"s\",\"queries/s\",\"samples/s\"]"));
}

// Every reading that may be absent, absent: null is a value that the schema knows.
TEST(RunSchema, AllowsWhatWasNotMeasured) {
  RunDocument run = golden_run();
  run.slo_s = run.rate_target_hz = run.rate_scheduled_hz = run.queries_per_s = run.samples_per_s = {};
  run.steal_share = run.foreign_cpu_share = run.clock_disagreement_s = {};
  run.slo_met_share.reset();
  run.work_flops = run.traffic_bytes = {};
  run.latency = run.service_time = {};
  run.lateness = {};
  run.metric.point.reset();
  run.arrivals.clear();
  run.token_time = run.first_token;
  run.first_token.reset();
  EXPECT_THAT(schema_findings(own_schema("run-1"), json::parse(to_json(run))), IsEmpty());
  SoakRecord& soak = *run.soak;
  soak.ambient_c = soak.trip_temperature_c = soak.watch.own_cpu_share = soak.sensors[0].trip_c = {};
  soak.audit->warm_up_s = soak.audit->time_to_throttle_s = soak.audit->drops[0].clock_drop = {};
  soak.audit->loops[0].p99_s = soak.energy[0].idle_power_w = soak.energy[0].energy_per_query_j = {};
  soak.audit->steady = {};
  soak.loop_p99_s.clear();
  soak.no_audit = soak.no_energy = soak.watch.temperature_of = soak.watch.power_of = "";
  EXPECT_THAT(schema_findings(own_schema("run-1"), json::parse(to_json(run))), IsEmpty());
  soak.audit.reset();
  soak.points.clear();
  soak.sensors[0].values.clear();
  EXPECT_THAT(schema_findings(own_schema("run-1"), json::parse(to_json(run))), IsEmpty());
  run.soak.reset();
  EXPECT_THAT(schema_findings(own_schema("run-1"), json::parse(to_json(run))), IsEmpty());
}

TEST(RunSchema, FindsWhatBreaksIt) {
  EXPECT_THAT(findings_with("/schema", "assay/run/2"), ElementsAre("schema: is not \"assay/run/1\""));
  EXPECT_THAT(findings_with("/result/valid", 1), ElementsAre("result.valid: is no [\"boolean\"]"));
  EXPECT_THAT(findings_with("/quality/steal_share", 1.5), ElementsAre("quality.steal_share: is above 1"));
  EXPECT_THAT(findings_with("/result/query_count", -1), ElementsAre("result.query_count: is below 0"));
  EXPECT_THAT(findings_with("/result/latency/hist/counts/1", json::array({1})),
              ElementsAre("result.latency.hist.counts[1]: has a wrong number of elements"));
  EXPECT_THAT(findings_with("/result/latency/p50/point_s", "1 ms"),
              ElementsAre("result.latency.p50.point_s: is no [\"number\",\"null\"]"));
  EXPECT_THAT(findings_with("/conditions/findings/0/state", "fine"), ::testing::SizeIs(1));
  EXPECT_THAT(findings_with("/result/joules", 3), ElementsAre("result.joules: is not described"));
  EXPECT_THAT(findings_with("/result/latency/p99x", 3), ElementsAre("result.latency.p99x: is not described"));
  EXPECT_THAT(findings_with("/soak/verdict/cause", "HOT"), ::testing::SizeIs(1));
  EXPECT_THAT(findings_with("/soak/audit/stability_share", 1.5), ElementsAre("soak.audit.stability_share: is above 1"));
  EXPECT_THAT(findings_with("/soak/points/clock_hz/0", "3.2 GHz"), ::testing::SizeIs(1));
  EXPECT_THAT(findings_with("/soak/energy/0/energy_j", -1.0), ::testing::SizeIs(1));
  json document = golden();
  document["result"].erase("metric");
  EXPECT_THAT(schema_findings(own_schema("run-1"), document), ElementsAre("result: lacks metric"));
}

}  // namespace
}  // namespace assay
