#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/roofline_file.hpp"
#include "tests/analysis/json_schema.hpp"
#include "tests/analysis/sample_rooflines.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

json written_roofline(const RooflineMeasurement& measurement) {
  const Roofline roofline = fit_roofline(measurement, {.bootstrap = {.draws = 20}});
  return json::parse(roofline_json(measurement, roofline, place_dots(roofline, measurement)));
}

std::vector<std::string> findings_with(const char* pointer, const json& value) {
  json document = written_roofline(small_roofline());
  document[json::json_pointer(pointer)] = value;
  return schema_findings(own_schema("roofline-1"), document);
}

TEST(RooflineSchema, DescribesEveryFileThatIsWritten) {
  EXPECT_THAT(schema_findings(own_schema("roofline-1"), written_roofline(small_roofline())), IsEmpty());
  EXPECT_THAT(schema_findings(own_schema("roofline-1"), written_roofline(sample_roofline())), IsEmpty());
  EXPECT_THAT(schema_findings(own_schema("roofline-1"), written_roofline(RooflineMeasurement{})), IsEmpty());
}

TEST(RooflineSchema, FindsWhatBreaksIt) {
  EXPECT_THAT(findings_with("/schema", "assay/roofline/2"), ElementsAre("schema: is not \"assay/roofline/1\""));
  EXPECT_THAT(findings_with("/interrupted", 1), ElementsAre("interrupted: is no [\"boolean\"]"));
  EXPECT_THAT(findings_with("/rounds/0/steal_share", 1.5), ElementsAre("rounds[0].steal_share: is above 1"));
  EXPECT_THAT(findings_with("/subjects/0/samples/seconds_per_iteration/0", "1 ns"), ::testing::SizeIs(1));
  EXPECT_THAT(findings_with("/subjects/0/watts", 3), ElementsAre("subjects[0].watts: is not described"));
  EXPECT_THAT(findings_with("/derived/ceilings/0/state", "fine"), ::testing::SizeIs(1));
}

}  // namespace
}  // namespace assay
