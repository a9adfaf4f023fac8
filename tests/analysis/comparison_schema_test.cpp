#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/comparison_json.hpp"
#include "tests/analysis/comparison_samples.hpp"
#include "tests/analysis/json_schema.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ComparisonSide slowed() {
  ComparisonSide side = five_repeats("B", 1.1);
  side.runs[0].machine.kernel_release = "6.1.0-30-amd64";
  side.runs[1].rate_target_hz = 3.0;
  return side;
}

std::vector<RunComparison> every_kind() {
  ComparisonSide no_p99 = five_repeats("B");
  no_p99.runs[0].latency.percentiles_s["p99"] = {.point = {}, .reason = "infinite"};
  return {compare_runs(five_repeats("A"), five_repeats("B")), compare_runs(five_repeats("A"), slowed()),
          compare_runs(side_of("A", {1.0}), side_of("B", {1.2})), compare_runs(five_repeats("A"), no_p99)};
}

TEST(ComparisonSchema, DescribesEveryFileThatIsWritten) {
  for (const RunComparison& comparison : every_kind()) {
    EXPECT_THAT(schema_findings(own_schema("comparison-1"), json::parse(comparison_json(comparison))), IsEmpty());
    const std::string tripped =
        comparison_json(comparison, {.asked = {"slower:5%"}, .tripped = {"slower:5%: mlp: 1.1"}});
    EXPECT_THAT(schema_findings(own_schema("comparison-1"), json::parse(tripped)), IsEmpty());
  }
}

TEST(ComparisonSchema, FindsWhatBreaksIt) {
  const json good = json::parse(comparison_json(every_kind().front()));
  const auto with = [&](const char* pointer, const json& value) {
    json changed = good;
    changed[json::json_pointer(pointer)] = value;
    return schema_findings(own_schema("comparison-1"), changed);
  };
  EXPECT_THAT(with("/schema", "assay/comparison/2"), ElementsAre("schema: is not \"assay/comparison/1\""));
  EXPECT_THAT(with("/blocks/0/verdict", "better"), ::testing::SizeIs(1));
  EXPECT_THAT(with("/blocks/0/rows/0/a/0", "1 ms"), ::testing::SizeIs(1));
  EXPECT_THAT(with("/blocks/0/rows/0/permutation_p", 1.5), ElementsAre("blocks[0].rows[0].permutation_p: is above 1"));
  EXPECT_THAT(with("/blocks/0/guess", 1), ElementsAre("blocks[0].guess: is not described"));
}

TEST(ComparisonJson, IsTheSameForTheSameRuns) {
  EXPECT_EQ(comparison_json(every_kind()[1]), comparison_json(every_kind()[1]));
}

}  // namespace
}  // namespace assay
