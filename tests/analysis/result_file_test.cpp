#include "analysis/result_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/bundle_file.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/run_file.hpp"
#include "analysis/schema_files.hpp"
#include "analysis/untrusted_json.hpp"
#include "tests/analysis/json_damage.hpp"
#include "tests/analysis/sample_rooflines.hpp"
#include "tests/analysis/sample_runs.hpp"
#include "tests/analysis/track_samples.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::filesystem::path kData = ASSAY_ANALYSIS_TEST_DATA;

std::string golden() { return read_untrusted_file(kData / "golden.run.json"); }

/// A bundle with every member of it set.
BundleRecord sample_bundle() {
  const RunDocument run = golden_run();
  BundleRecord record;
  record.id = run.id;
  record.created = run.created;
  record.supersedes = "01JDOLDER";
  record.suite = "edge";
  record.suite_sha256 = std::string(64, 'b');
  record.title = "Guardian";
  record.track = "edge";
  record.lighthouse_step = "server";
  record.metric = "p99";
  record.system = SystemKind::envelope;
  record.limits = {.name = "narrow", .cpus = "0-1", .simd = "avx2", .stream_bytes_per_s = 4e9, .thermal = "phone"};
  record.machine = run.machine;
  record.identity = run.machine_identity;
  record.tool.version = "0.1.0";
  record.tool.revision = "abc";
  record.tool.compiler = "g++ 12.2.0";
  record.tool.build_type = "Release";
  record.duration_s = 60.0;
  record.entries.push_back({.step = "server",
                            .title = "Server",
                            .kind = "run",
                            .repeat = 1,
                            .file = "runs/a.run.json",
                            .sha256 = std::string(64, 'a'),
                            .comparability_key = "sha256:c",
                            .scenario = "server",
                            .command = "assay run mlp",
                            .valid = false,
                            .interrupted = false,
                            .invalid_codes = {"lateness"}});
  record.gaps.push_back({.step = "soak", .reason = "no time"});
  record.notes = {"a note"};
  return record;
}

/// The check of the golden run file with the value at `pointer` replaced and the hash made to fit.
FileCheck check_with(const char* pointer, const json& value) {
  json document = json::parse(golden());
  document[json::json_pointer(pointer)] = value;
  document["hash"] = content_hash(document.dump());
  return check_result_text(document.dump(), "some.run.json");
}

TEST(ResultFile, EveryFileThatIsWrittenIsOk) {
  std::vector<std::string> texts{golden(), read_untrusted_file(kData / "golden.roofline.json"),
                                 bundle_json(sample_bundle()), bundle_json(BundleRecord{})};
  for (const auto& runs : {sample_runs(), dose_runs(), soak_runs()}) {
    for (const RunDocument& run : runs) {
      texts.push_back(to_json(run));
    }
  }
  const RooflineMeasurement measurement = sample_roofline();
  const Roofline roofline = fit_roofline(measurement, {.bootstrap = {.draws = 20}});
  texts.push_back(roofline_json(measurement, roofline, place_dots(roofline, measurement)));
  for (const std::string& text : texts) {
    const FileCheck check = check_result_text(text, "some.json");
    EXPECT_EQ(check.state, FileState::ok) << check.schema;
    EXPECT_THAT(check.findings, IsEmpty());
    EXPECT_THAT(check.notes, IsEmpty());
    EXPECT_TRUE(check.hashed);
  }
}

TEST(ResultFile, FilesWithoutAHashSaySo) {
  for (const std::string& text : {track_json(test_support::record_of("edge")), real_world_json(RealWorldRecord{})}) {
    const FileCheck check = check_result_text(text, "some.json");
    EXPECT_EQ(check.state, FileState::ok);
    EXPECT_FALSE(check.hashed);
    EXPECT_THAT(check.notes, ElementsAre(HasSubstr("no hash")));
  }
}

// Written by the commits that the folder's files came from; each is as it was then, to the byte.
TEST(ResultFile, FilesOfOlderVersionsAreReadAndFit) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kData / "old")) {
    const std::string text = read_untrusted_file(entry.path());
    const FileCheck check = check_result_text(text, entry.path().filename().string());
    EXPECT_EQ(check.state, FileState::ok) << entry.path();
    EXPECT_THAT(check.findings, IsEmpty());
    if (check.schema == kRunSchema) {
      const RunDocument run = read_run_file(entry.path());
      EXPECT_EQ(run.machine_identity.label, "lab3-07");
      EXPECT_TRUE(run.hash_matches);
      EXPECT_EQ(check_result_text(to_json(run), "again").state, FileState::ok) << "what it becomes when written again";
    } else {
      EXPECT_FALSE(read_roofline_file(entry.path()).subjects.empty());
    }
    ++count;
  }
  EXPECT_EQ(count, 5U);
}

TEST(ResultFile, AnEditShows) {
  json document = json::parse(golden());
  document["result"]["queries_per_s"] = 4000.0;
  const FileCheck check = check_result_text(document.dump(), "some.run.json");
  EXPECT_EQ(check.state, FileState::changed);
  document.erase("hash");
  EXPECT_EQ(check_result_text(document.dump(), "some.run.json").state, FileState::invalid) << "a run file has a hash";
}

TEST(ResultFile, NamesThePlaceAndWhatWasExpected) {
  EXPECT_THAT(check_result_text("{", "a").findings, ElementsAre(HasSubstr("not valid JSON")));
  EXPECT_THAT(check_result_text("[]", "a").findings, ElementsAre(HasSubstr("schema: none is named; expected one of")));
  EXPECT_THAT(check_result_text(R"({"schema":"assay/run/2"})", "a").findings,
              ElementsAre(HasSubstr("'assay/run/2' is not known")));
  EXPECT_THAT(check_with("/result/valid", 1).findings, ElementsAre("result.valid: is no [\"boolean\"]"));
  EXPECT_THAT(check_with("/result/valid", true).findings,
              ElementsAre(HasSubstr("result.valid: expected true exactly")));
  EXPECT_THAT(check_with("/result/latency/count", 7).findings,
              ElementsAre(HasSubstr("result.latency.hist.counts: expected 6 observations, found 5")));
  EXPECT_THAT(check_with("/result/latency/p50/upper_s", 1e-6).findings,
              ElementsAre("result.latency.p50: expected lower <= point <= upper"));
  EXPECT_THAT(check_with("/result/latency/p99/point_s", 1e-9).findings,
              Contains("result.latency.p99: expected no less than a lower percentile"));
  EXPECT_THAT(check_with("/result/latency/hist/sub_bits", 6).findings,
              ElementsAre("result.latency.hist.sub_bits: is not 5"));
  EXPECT_THAT(check_with("/result/latency/hist/counts/1/0", 1).findings,
              ElementsAre(HasSubstr("result.latency.hist.counts[1][0]: expected a bin index below")))
      << "what only the reader knows";
}

TEST(ResultFile, AMemberOfANewerProgramIsANote) {
  const FileCheck check = check_with("/result/joules\x1b", 3);
  EXPECT_EQ(check.state, FileState::ok);
  EXPECT_THAT(check.notes, ElementsAre("result.joules?: is not described"));
}

TEST(ResultFile, DeepAndLargeTextsAreRefused) {
  EXPECT_THAT(check_result_text(std::string(100'000, '['), "a").findings, ElementsAre(HasSubstr("nested deeper")));
  EXPECT_THAT(check_result_text(std::string(kLargestUntrustedFile + 1, ' '), "a").findings,
              ElementsAre(HasSubstr("has at most")));
  EXPECT_THAT(check_result_text(golden().substr(0, 5000), "a").findings, ElementsAre(HasSubstr("not valid JSON")));
  json document = json::parse(golden());
  document["warnings"] = json::array();
  document["quality"]["warnings"] = json(std::vector<int>(10'000, 1));
  const FileCheck check = check_result_text(document.dump(), "a");
  EXPECT_LE(check.findings.size(), 20U) << "as many as a person reads";
}

TEST(ResultFile, EveryValueOfABundleMayBeAnything) {
  const auto accepts = [](const std::string& text) {
    const FileCheck check = check_result_text(text, "bundle.json");
    EXPECT_EQ(check.state == FileState::invalid, !check.findings.empty());
    return check.findings.empty();
  };
  const test_support::DamageCount count =
      test_support::damage_every_value(json::parse(bundle_json(sample_bundle())), accepts);
  ASSERT_GT(count.places, 60U);
  EXPECT_GT(count.accepted, 0U);
  EXPECT_GT(count.refused, count.accepted);
}

// Somebody's fifo would hold us up for ever, and a device give us no end of bytes.
TEST(UntrustedFile, IsARegularFile) {
  const auto fifo = std::filesystem::temp_directory_path() / ("assay-fifo-" + std::to_string(getpid()));
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::filesystem::path& path : {fifo, std::filesystem::path("/dev/zero")}) {
    try {
      (void)read_untrusted_file(path);
      ADD_FAILURE() << path;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), path.string() + ": not a regular file");
    }
  }
  std::filesystem::remove(fifo);
}

TEST(SchemaFiles, AreThoseOfTheFolder) {
  for (const std::string_view name : schema_names()) {
    const json schema = json::parse(*schema_file(name));
    EXPECT_EQ(schema.at("title"), name);
    std::string file(name.substr(name.find('/') + 1));
    file.replace(file.find('/'), 1, "-");
    EXPECT_EQ(*schema_file(name), read_untrusted_file(ASSAY_SCHEMA_FOLDER "/" + file + ".schema.json"));
  }
  EXPECT_EQ(schema_file("assay/run/2"), std::nullopt);
}

}  // namespace
}  // namespace assay
