#include "analysis/bundle_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "tests/analysis/json_damage.hpp"
#include "tests/analysis/json_schema.hpp"
#include "tests/analysis/sample_bundles.hpp"
#include "tests/fuzz/bundle_file_property.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

std::string golden_text() {
  std::ifstream file(ASSAY_ANALYSIS_TEST_DATA "/golden.bundle.json", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

auto refusal(const std::string& text, const std::string& words) {
  return ::testing::Value([text] { (void)bundle_from_json(text, "b.json"); },
                          ThrowsMessage<std::runtime_error>(AllOf(StartsWith("b.json: "), HasSubstr(words))));
}

std::string with(const char* pointer, const json& value) {
  json document = json::parse(golden_text());
  document[json::json_pointer(pointer)] = value;
  return document.dump();
}

TEST(BundleFile, IsWrittenAsTheGoldenFile) {
  EXPECT_EQ(bundle_json(golden_bundle()), golden_text()) << bundle_json(golden_bundle());
}

TEST(BundleFile, TheGoldenFileIsReadWhole) {
  const BundleRecord read = bundle_from_json(golden_text(), "golden");
  EXPECT_TRUE(read.hash_matches);
  EXPECT_EQ(read.limits, golden_bundle().limits);
  EXPECT_EQ(read.entries.at(0).invalid_codes, golden_bundle().entries[0].invalid_codes);
  EXPECT_EQ(bundle_json(read), golden_text());
}

TEST(BundleFile, AFileOfBeforeAMemberIsRead) {
  json old = json::parse(golden_text());
  old["system"]["limits"].erase("pages");
  old["system"]["limits"].erase("stream");
  old.erase("calibration");
  EXPECT_THAT(bundle_json(bundle_from_json(old.dump(), "old")),
              HasSubstr("the bundle is of before there were self-tests"));
  EXPECT_EQ(bundle_from_json(old.dump(), "old").limits.pages, "");
  old["from_the_future"] = 7;
  EXPECT_EQ(bundle_from_json(old.dump(), "new").suite, "edge");
}

TEST(BundleFile, AnEditedFileIsReadAndSaysSo) {
  EXPECT_FALSE(bundle_from_json(with("/complete", true), "edited").hash_matches);
}

TEST(BundleFile, TheSchemaDescribesEveryMember) {
  EXPECT_THAT(schema_findings(own_schema("bundle-1"), json::parse(golden_text())), IsEmpty());
  BundleRecord plain = golden_bundle();
  plain.limits = {};
  plain.system = SystemKind::measured;
  plain.supersedes = plain.track = plain.metric = plain.lighthouse_step = "";
  EXPECT_THAT(schema_findings(own_schema("bundle-1"), json::parse(bundle_json(plain))), IsEmpty());
  EXPECT_THAT(schema_findings(own_schema("bundle-1"), json::parse(with("/watts", 3))),
              ElementsAre("watts: is not described"));
}

TEST(BundleFile, RefusesWhatIsNone) {
  EXPECT_TRUE(refusal("", ""));
  EXPECT_TRUE(refusal("{", ""));
  EXPECT_TRUE(refusal("[]", ""));
  EXPECT_TRUE(refusal(golden_text().substr(0, golden_text().size() / 2), ""));
  EXPECT_TRUE(refusal(with("/schema", "assay/bundle/2"), "assay/bundle/1"));
  EXPECT_TRUE(refusal(with("/duration_s", "long"), "duration_s"));
  EXPECT_TRUE(refusal(with("/duration_s", -1), "duration_s"));
  EXPECT_TRUE(refusal(with("/system/kind", "dreamt"), "measured, envelope or datasheet"));
  EXPECT_TRUE(refusal(with("/entries/0/valid", 1), "entries[0].valid"));
  EXPECT_TRUE(refusal(with("/entries", 3), "entries"));
  std::string nan = golden_text();
  nan.replace(nan.find("212.5"), 5, "NaN");
  EXPECT_TRUE(refusal(nan, ""));
  EXPECT_TRUE(refusal(std::string(100'000, '['), ""));
  EXPECT_TRUE(refusal(with("/from_the_future", json::parse(std::string(40, '[') + std::string(40, ']'))), ""));
}

TEST(BundleFile, RefusesAPathThatLeavesTheFolder) {
  for (const char* const path :
       {"/etc/passwd", "../x.run.json", "runs/../../x", "runs/..", "", ".", "runs/./x", "runs\\..\\x", "runs/"}) {
    EXPECT_TRUE(refusal(with("/entries/0/file", path), "entries[0].file")) << path;
  }
  EXPECT_TRUE(refusal(with("/entries/0/file", std::string("runs/x\0y", 8)), "entries[0].file"));
}

TEST(BundleFile, RefusesTooManyEntries) {
  json document = json::parse(golden_text());
  const json entry = document["entries"][0];
  document["entries"] = json::array();
  for (std::size_t i = 0; i <= kMostBundleEntries; ++i) {
    document["entries"].push_back(entry);
  }
  EXPECT_TRUE(refusal(document.dump(), "at most 4096 files"));
}

TEST(BundleFile, EveryValueMayBeAnything) {
  const test_support::DamageCount count =
      test_support::damage_every_value(json::parse(golden_text()), check_bundle_file, {.leave_out = {"/machine/"}});
  ASSERT_GT(count.places, 40U);
  EXPECT_GT(count.accepted, 0U);
  EXPECT_GT(count.refused, count.accepted);
}

TEST(BundleFile, TheFolderIsNamedByMinuteSuiteEnvelopeAndId) {
  BundleRecord record = golden_bundle();
  EXPECT_EQ(bundle_folder_name(record), "2026-11-24T0312Z_edge_starved_7f3a");
  record.limits = {};
  EXPECT_EQ(bundle_folder_name(record), "2026-11-24T0312Z_edge_7f3a");
}

}  // namespace
}  // namespace assay
