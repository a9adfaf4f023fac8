#include "analysis/json_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace assay {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> findings(const char* schema, const char* document) {
  return check_schema(json::parse(schema), json::parse(document)).findings;
}

TEST(JsonSchema, ChecksTheWordsThatItKnows) {
  EXPECT_THAT(findings(R"({"type":"integer"})", "1.5"), ElementsAre("the file: is no [\"integer\"]"));
  EXPECT_THAT(findings(R"({"type":["number","null"],"minimum":0})", "-1"), ElementsAre("the file: is below 0"));
  EXPECT_THAT(findings(R"({"type":["number","null"],"minimum":0})", "null"), IsEmpty());
  EXPECT_THAT(findings(R"({"items":{"maximum":3}})", "[1,4]"), ElementsAre("[1]: is above 3"));
  EXPECT_THAT(findings(R"({"minItems":1,"maxItems":2})", "[1,2,3]"), SizeIs(1));
  EXPECT_THAT(findings(R"({"enum":["a","b"]})", "\"c\""), ElementsAre("the file: is none of [\"a\",\"b\"]"));
  EXPECT_THAT(findings(R"({"required":["a"],"properties":{"b":{"const":1}}})", R"({"b":2})"),
              ElementsAre("the file: lacks a", "b: is not 1"));
  EXPECT_THAT(
      findings(R"({"anyOf":[{"type":"null"},{"properties":{"x":{"type":"null"}},"type":"object"}]})", R"({"x":1})"),
      ElementsAre("the file: fits none of the alternatives"));
  EXPECT_THAT(findings(R"({"$defs":{"n":{"type":"number"}},"items":{"$ref":"#/$defs/n"}})", R"([1,"2"])"),
              ElementsAre("[1]: is no [\"number\"]"));
}

TEST(JsonSchema, RefusesWordsThatItDoesNotKnow) {
  for (const char* schema :
       {R"({"pattern":"^a"})", R"({"oneOf":[]})", R"({"items":{"minLength":3}})", R"({"patternProperties":{"^x":{}}})",
        R"({"items":true})", R"({"properties":{"not":{"not":{}}}})", R"({"$defs":{"unused":{"format":"date"}}})"}) {
    EXPECT_THROW((void)check_schema(json::parse(schema), json(1)), std::invalid_argument) << schema;
  }
  EXPECT_THROW((void)check_schema(json::parse(R"({"$ref":"#"})"), json(1)), std::invalid_argument) << "leads to itself";
}

TEST(JsonSchema, NamesWhatNoSchemaDescribes) {
  const json schema = json::parse(R"({"properties":{"a":{"properties":{"b":{}}}},"additionalProperties":false})");
  const SchemaCheck check = check_schema(schema, json::parse(R"({"a":{"b":{"x":1},"c":[1]},"d":2})"));
  EXPECT_THAT(check.findings, IsEmpty());
  EXPECT_THAT(check.undescribed,
              ElementsAre("a.b.x: is not described", "a.c: is not described", "d: is not described"));
}

TEST(JsonSchema, StopsWhereAPersonWouldStopReading) {
  const SchemaCheck check =
      check_schema(json::parse(R"({"items":{"type":"null"}})"), json(std::vector<int>(1000, 1)), {.findings = 3});
  EXPECT_THAT(check.findings, SizeIs(3));
  EXPECT_TRUE(check.cut_short);
}

}  // namespace
}  // namespace assay
