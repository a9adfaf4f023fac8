// The commands around result files: validate, show, sign, verify, import, export.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/bundle_file.hpp"
#include "analysis/run_file.hpp"
#include "harness/digest.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using test_support::text_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const fs::path kData = ASSAY_ANALYSIS_TEST_DATA;

class ProgramFiles : public ::testing::Test {
 protected:
  ProgramFiles() {
    fs::copy_file(kData / "golden.run.json", folder / "good.run.json");
    std::string text = text_of(folder / "good.run.json");
    text.replace(text.find("399.0"), 5, "999.0");
    write("edited.run.json", text);
  }

  ProgramResult assay(const std::vector<std::string>& arguments) { return run_assay(folder, arguments); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
  }

  /// A folder "bundle" with two runs.
  void write_bundle() {
    fs::create_directories(folder.path() / "bundle/runs");
    BundleRecord record;
    record.id = "01JDEXAMPLE00000000000007B";
    record.created = "2026-11-24T03:12:09Z";
    record.suite = "edge";
    record.title = "Guardian";
    const RunDocument run = read_run_file(kData / "golden.run.json");
    record.machine = run.machine;
    record.identity = run.machine_identity;
    for (const char* name : {"runs/a.run.json", "runs/b.run.json"}) {
      fs::copy_file(kData / "golden.run.json", folder.path() / "bundle" / name);
      record.entries.push_back({.step = "server",
                                .title = "Server",
                                .kind = "run",
                                .repeat = record.entries.size() + 1,
                                .file = name,
                                .sha256 = sha256_hex(text_of((kData / "golden.run.json").string())),
                                .comparability_key = "",
                                .scenario = "server",
                                .command = "assay run mlp",
                                .valid = false,
                                .interrupted = false,
                                .invalid_codes = {"latency_constraint"}});
    }
    write("bundle/bundle.json", bundle_json(record));
  }

  /// Keys "key" and "other", and a file of allowed signers that has the first.
  bool make_keys() {
    for (const char* name : {"key", "other"}) {
      const std::string command = "ssh-keygen -q -t ed25519 -N '' -f '" + (folder / name) + "' > /dev/null 2>&1";
      if (std::system(command.c_str()) != 0) {
        return false;
      }
    }
    write("signers", "ann@lab " + text_of(folder / "key.pub"));
    return true;
  }

  ScratchFolder folder;
};

TEST_F(ProgramFiles, ValidateSaysWhatEachFileIsWorth) {
  write("broken.run.json", "{");
  write("wrong.run.json", R"({"schema":"assay/run/1"})");
  write("settings.json", R"({"a":1})");
  write("x.peak.json", R"({"schema":"assay/peak/1"})");
  ProgramResult result = assay({"validate", "good.run.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "good.run.json: OK (assay/run/1)\n");
  result = assay({"validate", "."});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("edited.run.json: CHANGED since it was written"));
  EXPECT_THAT(result.out, HasSubstr("broken.run.json: INVALID FILE: not valid JSON"));
  EXPECT_THAT(result.out, HasSubstr("wrong.run.json: INVALID FILE: the file: lacks id (and "));
  EXPECT_THAT(result.out, Not(HasSubstr("settings.json")));
  EXPECT_THAT(result.err, HasSubstr("x.peak.json: not checked: there is no schema file for assay/peak/1"));
}

TEST_F(ProgramFiles, ValidateWritesJson) {
  const ProgramResult result = assay({"validate", "good.run.json", "edited.run.json", "--json"});
  EXPECT_EQ(result.exit_code, 5);
  const json report = json::parse(result.out);
  EXPECT_EQ(report.at("schema"), "assay/validate/1");
  EXPECT_EQ(report.at("ok"), false);
  EXPECT_EQ(report.at("files").at(0).at("state"), "OK");
  EXPECT_EQ(report.at("files").at(1).at("state"), "CHANGED");
}

TEST_F(ProgramFiles, ValidateChecksABundleToItsLastFile) {
  write_bundle();
  EXPECT_EQ(assay({"validate", "bundle"}).exit_code, 0);
  write("bundle/stray.run.json", text_of(folder / "good.run.json"));
  EXPECT_THAT(assay({"validate", "bundle"}).err, HasSubstr("stray.run.json: not in bundle.json"));
  write("bundle/runs/a.run.json", text_of(folder / "good.run.json") + "\n");
  ProgramResult result = assay({"validate", "bundle/bundle.json"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("a.run.json: CHANGED"));
  fs::remove(folder / "bundle/runs/a.run.json");
  fs::create_symlink(folder / "good.run.json", folder / "bundle/runs/a.run.json");
  fs::remove(folder / "bundle/runs/b.run.json");
  result = assay({"validate", "bundle"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("a link leads out of the bundle"));
  EXPECT_THAT(result.out, HasSubstr("b.run.json: INVALID FILE: No such file"));
}

TEST_F(ProgramFiles, ValidateRefusesBadRequests) {
  EXPECT_EQ(assay({"validate"}).exit_code, 2);
  EXPECT_EQ(assay({"validate", "nowhere.run.json"}).exit_code, 5);
  EXPECT_EQ(assay({"validate", "good.run.json", "--json=no/such/folder/x.json"}).exit_code, 5);
  EXPECT_EQ(assay({"validate", "good.run.json", "--strict"}).exit_code, 2);
  fs::create_directory(folder / "empty");
  const ProgramResult result = assay({"validate", "empty"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.err, HasSubstr("empty: no result file in there"));
  EXPECT_EQ(assay({"validate", "/dev/null"}).exit_code, 5);
}

TEST_F(ProgramFiles, ShowsEveryKindOfFile) {
  write_bundle();
  EXPECT_THAT(assay({"show", "good.run.json"}).out, AllOf(HasSubstr("INVALID"), HasSubstr("lab3-07")));
  EXPECT_THAT(assay({"show", "edited.run.json"}).err, HasSubstr("changed after it was written"));
  EXPECT_THAT(assay({"show", (kData / "golden.roofline.json").string()}).out, HasSubstr("Gflop/s"));
  const ProgramResult bundle = assay({"show", "bundle"});
  EXPECT_THAT(bundle.out, AllOf(HasSubstr("Bundle of suite edge: Guardian"), HasSubstr("INVALID  server #2")));
}

TEST_F(ProgramFiles, ShowRefusesBadRequests) {
  write("wrong.json", R"({"schema":"assay/peak/1"})");
  EXPECT_EQ(assay({"show"}).exit_code, 2);
  EXPECT_EQ(assay({"show", "nowhere"}).exit_code, 5);
  EXPECT_EQ(assay({"show", "."}).exit_code, 5) << "a folder that is no bundle";
  EXPECT_EQ(assay({"show", "--shared", "/dev/null"}).exit_code, 5);
  const ProgramResult result = assay({"show", "wrong.json"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.err, HasSubstr("wrong.json: schema: 'assay/peak/1' is not known"));
}

TEST_F(ProgramFiles, SharedListsAllThatLeavesAndWhatDoesNot) {
  const ProgramResult result = assay({"show", "--shared", "good.run.json"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("lab3-07"));
  EXPECT_THAT(result.out, HasSubstr("HMAC-SHA256"));
  EXPECT_THAT(result.out, HasSubstr("quality.warnings: the generator and a worker share a memory bus"));
  EXPECT_THAT(result.out, HasSubstr("working folder"));
  EXPECT_THAT(result.out, HasSubstr("not in it"));
}

TEST_F(ProgramFiles, SharedFindsWhatNamesThisComputer) {
  std::string text = text_of(folder / "good.run.json");
  const std::string here = fs::canonical(folder.path()).string();
  text.replace(text.find("lab3-07"), 7, "x at " + here + " of ann@lab.example");
  write("leak.run.json", text);
  const ProgramResult result = assay({"show", "--shared", "leak.run.json"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("FOUND at leak.run.json: machine.label"));
  EXPECT_THAT(result.err, HasSubstr("an e-mail address ann@lab.example"));
  EXPECT_EQ(assay({"show", "--shared", "."}).exit_code, 3) << "a folder is searched whole";
}

// What a run of this program on this computer writes names neither.
TEST_F(ProgramFiles, ARunOfThisComputerNamesNobody) {
  ASSERT_NE(assay({"run", "null", "--duration", "20ms", "--warmup", "1ms", "--out", "out"}).exit_code, 5);
  const ProgramResult result = assay({"show", "--shared", "out"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_EQ(assay({"validate", "out"}).exit_code, 0);
}

TEST_F(ProgramFiles, ASignatureHoldsUntilAByteChanges) {
  if (!make_keys()) {
    GTEST_SKIP() << "there is no ssh-keygen here";
  }
  ProgramResult result = assay({"sign", "good.run.json", "--key", "key"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(fs::exists(folder / "good.run.json.sig"));
  EXPECT_EQ(assay({"sign", "good.run.json", "--key", "key"}).exit_code, 0) << "again, without a question";
  result = assay({"verify", "good.run.json", "--signers", "signers"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("GOOD: good.run.json: signed by ann@lab"), HasSubstr("not prove")));
  EXPECT_EQ(assay({"verify", "good.run.json", "--signers", "signers", "--identity", "ann@lab"}).exit_code, 0);
  result = assay({"verify", "good.run.json", "--signers", "signers", "--identity", "bob@lab"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("BAD: "));
  fs::copy_file(folder / "good.run.json.sig", folder / "edited.run.json.sig");
  result = assay({"verify", "edited.run.json", "--signers", "signers"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("BAD: edited.run.json"));
}

TEST_F(ProgramFiles, ASignatureOfAnotherOrOfNobodyIsNotGood) {
  if (!make_keys()) {
    GTEST_SKIP() << "there is no ssh-keygen here";
  }
  ProgramResult result = assay({"verify", "good.run.json", "--signers", "signers"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("NOT SIGNED: good.run.json"));
  ASSERT_EQ(assay({"sign", "good.run.json", "--key", "other"}).exit_code, 0);
  result = assay({"verify", "good.run.json", "--signers", "signers"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("BAD: good.run.json: signed by no key in signers"));
  write("good.run.json.sig", "nonsense");
  EXPECT_THAT(assay({"verify", "good.run.json", "--signers", "signers"}).out, HasSubstr("BAD: "));
}

TEST_F(ProgramFiles, ASignedBundleCoversItsFiles) {
  write_bundle();
  if (!make_keys()) {
    GTEST_SKIP() << "there is no ssh-keygen here";
  }
  ASSERT_EQ(assay({"sign", "bundle", "--key", "key"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(folder / "bundle/bundle.json.sig"));
  EXPECT_THAT(assay({"verify", "bundle", "--signers", "signers"}).out, HasSubstr("3 files are as written"));
  write("bundle/runs/b.run.json", text_of(folder / "good.run.json") + " ");
  const ProgramResult result = assay({"verify", "bundle", "--signers", "signers"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, AllOf(HasSubstr("BAD: "), HasSubstr("the signature holds, but"), HasSubstr("b.run.json")));
}

TEST_F(ProgramFiles, SignAndVerifyRefuseBadRequests) {
  EXPECT_EQ(assay({"sign"}).exit_code, 2);
  EXPECT_EQ(assay({"sign", "nowhere"}).exit_code, 5);
  EXPECT_THAT(assay({"sign", "good.run.json", "--key", "no-such-key"}).err,
              HasSubstr("ssh-keygen -t ed25519 makes one"));
  EXPECT_THAT(assay({"sign", "edited.run.json", "--key", "good.run.json"}).err, HasSubstr("CHANGED"));
  const ProgramResult no_key = assay({"sign", "good.run.json", "--key", "edited.run.json"});
  EXPECT_EQ(no_key.exit_code, fs::exists("/usr/bin/ssh-keygen") ? 5 : 4) << no_key.err;
  EXPECT_EQ(assay({"verify", "good.run.json"}).exit_code, 2) << "without --signers";
  EXPECT_THAT(assay({"verify", "good.run.json", "--signers", "none"}).err, HasSubstr("--signers none: there is no"));
  EXPECT_EQ(assay({"verify", ".", "--signers", "good.run.json"}).exit_code, 5);
}

TEST_F(ProgramFiles, ImportsTheLogsOfLoadGen) {
  const std::string logs = (kData / "mlperf").string();
  ProgramResult result = assay({"import", "mlperf", logs});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("Server, PerformanceOnly: INVALID, as the log says"),
                                HasSubstr("completed samples per second"), HasSubstr("intervals: not available")));
  result = assay({"import", "mlperf", logs + "/mlperf_log_summary.txt", "--json"});
  const json report = json::parse(result.out);
  EXPECT_EQ(report.at("schema"), "assay/import/1");
  EXPECT_EQ(report.at("result").at("valid"), false);
  EXPECT_EQ(report.at("result").at("metric").at("lower"), nullptr);
}

TEST_F(ProgramFiles, ImportRefusesBadRequests) {
  EXPECT_EQ(assay({"import", "mlperf"}).exit_code, 2);
  EXPECT_EQ(assay({"import", "hyperfine", "good.run.json"}).exit_code, 2);
  EXPECT_EQ(assay({"import", "mlperf", "nowhere"}).exit_code, 5);
  EXPECT_THAT(assay({"import", "mlperf", "."}).err, HasSubstr("neither mlperf_log_detail.txt nor"));
  EXPECT_THAT(assay({"import", "mlperf", "good.run.json"}).err, HasSubstr("a log that LoadGen wrote is expected"));
  EXPECT_EQ(assay({"import", "mlperf", "/dev/null"}).exit_code, 5);
}

TEST_F(ProgramFiles, ExportsRunsForOtherPrograms) {
  EXPECT_THAT(assay({"export", "csv", "good.run.json"}).out, HasSubstr("run_id,created,machine_label"));
  EXPECT_THAT(assay({"export", "sql", "."}).out, HasSubstr("INSERT INTO assay_runs"));
  EXPECT_THAT(assay({"export", "md", "good.run.json"}).out, HasSubstr("| --- |"));
  EXPECT_EQ(assay({"export", "csv", "good.run.json", "-o", "runs.csv"}).exit_code, 0);
  EXPECT_THAT(text_of(folder / "runs.csv"), HasSubstr("lab3-07"));
}

TEST_F(ProgramFiles, AnExportedLineIsTheFile) {
  write("first.run.json", assay({"export", "jsonl", "good.run.json"}).out);
  write("second.run.json", assay({"export", "jsonl", "edited.run.json"}).out);
  EXPECT_EQ(json::parse(text_of(folder / "first.run.json")), json::parse(text_of(folder / "good.run.json")));
  EXPECT_THAT(assay({"validate", "first.run.json"}).out, HasSubstr(": OK"));
  EXPECT_THAT(assay({"validate", "second.run.json"}).out, HasSubstr(": CHANGED")) << "an edit does not wash off";
  const std::string both = assay({"export", "jsonl", "."}).out;
  EXPECT_EQ(std::count(both.begin(), both.end(), '\n'), 2) << "each run once, and its edited copy";
}

TEST_F(ProgramFiles, ExportsTheFoldersOfASubmission) {
  ASSERT_EQ(assay({"export", "mlperf-layout", "good.run.json", "-o", "layout"}).exit_code, 0);
  const std::string run = "layout/results/lab3-07/mlp/Server/performance/run_1";
  EXPECT_TRUE(fs::exists(folder / (run + "/mlperf_log_detail.txt")));
  EXPECT_TRUE(fs::exists(folder / "layout/systems/lab3-07.json"));
  EXPECT_THAT(text_of(folder / "layout/README.md"), HasSubstr("NOT A SUBMISSION"));
  EXPECT_THAT(assay({"import", "mlperf", run}).out, HasSubstr("INVALID, as the log says"));
}

TEST_F(ProgramFiles, ExportRefusesBadRequests) {
  EXPECT_EQ(assay({"export", "csv"}).exit_code, 2);
  EXPECT_EQ(assay({"export", "xlsx", "good.run.json"}).exit_code, 2);
  EXPECT_EQ(assay({"export", "csv", "nowhere"}).exit_code, 5);
  EXPECT_EQ(assay({"export", "csv", "good.run.json", "-o", "no/such/folder/x.csv"}).exit_code, 5);
  EXPECT_THAT(assay({"export", "mlperf-layout", "good.run.json"}).err, HasSubstr("-o DIR"));
  EXPECT_EQ(assay({"export", "mlperf-layout", "good.run.json"}).exit_code, 2);
  const ProgramResult result = assay({"export", "mlperf-layout", "good.run.json", "-o", "."});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.err, HasSubstr("not an empty folder"));
}

}  // namespace
}  // namespace assay
