#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/bundle_file.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test_support::Program;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A suite of short runs of a small kernel that is not in the program itself.
std::string small_suite(const ScratchFolder& folder, const std::string& last = "60ms",
                        const std::string& single = "60ms") {
  const std::string file = folder / "small.toml";
  std::ofstream(file) << R"(name = "small"
title = "Small"
lighthouse = "single"
metric = "throughput"
workload = "gemm"
parameters = ["n=32", "library=own"]
[[steps]]
id = "single"
title = "alone"
repeat = 2
flags = { scenario = "single", duration = ")"
                      << single << R"(", warmup = "5ms", min-queries = "20" }
[[steps]]
id = "odd"
title = "with a flag that is none"
optional = true
flags = { cameras = "8" }
[[steps]]
id = "last"
title = "the last"
flags = { scenario = "single", duration = ")"
                      << last << R"(", warmup = "5ms", min-queries = "20" }
)";
  return file;
}

/// The bundles in `out`, oldest first.
std::vector<fs::path> bundles_in(const std::string& out) {
  std::vector<fs::path> bundles;
  for (const fs::directory_entry& entry : fs::directory_iterator(out)) {
    bundles.push_back(entry.path());
  }
  std::ranges::sort(bundles);
  return bundles;
}

TEST(ProgramSuite, LeavesABundleThatIsWholeReadOnlyAndNamesNobody) {
  const ScratchFolder folder;
  const ProgramResult result =
      run_assay(folder, {"suite", small_suite(folder), "--out", "results", "--label", "node-7", "--json=suite.out"});
  ASSERT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;  // a busy machine may make a run INVALID
  const auto bundles = bundles_in(folder / "results");
  ASSERT_EQ(bundles.size(), 1U) << "hidden folders are gone";
  EXPECT_THAT(bundles[0].filename().string(), AllOf(HasSubstr("_small_"), Not(HasSubstr("."))));
  EXPECT_EQ(test_support::text_of(bundles[0] / "bundle.json"), test_support::text_of(folder / "suite.out"));
  const LoadedBundle bundle = load_bundle(bundles[0]);
  EXPECT_THAT(bundle.problems, IsEmpty());
  EXPECT_TRUE(bundle.record.complete);
  EXPECT_EQ(bundle.record.identity.label, "node-7");
  ASSERT_EQ(bundle.runs.size(), 3U);
  EXPECT_EQ(bundle.runs[0].run.machine_identity.label, "node-7");
  EXPECT_EQ(bundle.runs_of("single").size(), 2U);
  ASSERT_EQ(bundle.record.gaps.size(), 1U);
  EXPECT_EQ(bundle.record.gaps[0].step, "odd");
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const passwd* const user = getpwuid(getuid());
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(bundles[0])) {
    if (!entry.is_regular_file()) {
      continue;
    }
    struct stat facts {};
    ASSERT_EQ(stat(entry.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0444U) << entry.path();
    const std::string text = test_support::text_of(entry.path());
    EXPECT_THAT(text, Not(HasSubstr(folder.path().string()))) << entry.path();
    EXPECT_THAT(text, Not(HasSubstr(fs::current_path().string()))) << entry.path();
    EXPECT_THAT(text, Not(HasSubstr(std::string("/ho") + "me/"))) << entry.path();
    // A short name may be part of a word.
    if (std::string(host.data()).size() > 5) {
      EXPECT_THAT(text, Not(HasSubstr(host.data()))) << entry.path();
    }
    if (user != nullptr && std::string(user->pw_name).size() > 5) {
      EXPECT_THAT(text, Not(HasSubstr(user->pw_name))) << entry.path();
    }
  }
}

TEST(ProgramSuite, AnInterruptedOneIsKeptAndGoneOnWith) {
  const ScratchFolder folder;
  const std::string suite = small_suite(folder, "4s");
  {
    Program program(folder, {"suite", suite, "--out", "results"});
    ASSERT_TRUE(program.wait_for_file(folder, "/runs/single-1.run.json"));
    program.signal(SIGINT);
    EXPECT_EQ(program.finish().exit_code, 130);
  }
  auto bundles = bundles_in(folder / "results");
  ASSERT_EQ(bundles.size(), 1U);
  const LoadedBundle first = load_bundle(bundles[0]);
  EXPECT_TRUE(first.record.interrupted);
  EXPECT_FALSE(first.record.complete);
  EXPECT_FALSE(first.record.entries.empty());
  EXPECT_FALSE(first.record.gaps.empty());
  const bool first_is_valid = first.record.entries[0].valid && !first.record.entries[0].interrupted;

  const ProgramResult again = run_assay(folder, {"suite", suite, "--out", "results", "--resume"});
  EXPECT_THAT(again.exit_code, AnyOf(0, 3)) << again.err;
  bundles = bundles_in(folder / "results");
  ASSERT_EQ(bundles.size(), 2U);
  const bool swapped = load_bundle(bundles[0]).record.id != first.record.id;
  const LoadedBundle second = load_bundle(bundles[swapped ? 0 : 1]);
  EXPECT_EQ(second.record.supersedes, first.record.id);
  EXPECT_TRUE(second.record.complete);
  EXPECT_FALSE(second.record.interrupted);
  EXPECT_THAT(second.problems, IsEmpty());
  EXPECT_EQ(second.runs.size(), 3U);
  if (first_is_valid) {  // a busy machine may have made it INVALID
    EXPECT_EQ(second.record.entries[0].sha256, first.record.entries[0].sha256) << "taken over as it was";
    EXPECT_THAT(again.err, HasSubstr("taken over"));
  }
}

TEST(ProgramSuite, AKilledOneIsGoneOnWithAndNothingFinishedIsLost) {
  const ScratchFolder folder;
  const std::string suite =
      small_suite(folder, "2s", "2s");  // their order is drawn: each may be the one that is killed
  {
    Program program(folder, {"suite", suite, "--out", "results"});
    ASSERT_TRUE(program.wait_for_error("[3/3]"));  // the second result is entered
    program.signal(SIGKILL);
    EXPECT_EQ(program.finish().exit_code, 128 + SIGKILL);
  }
  ASSERT_EQ(bundles_in(folder / "results").size(), 1U);
  EXPECT_THAT(bundles_in(folder / "results")[0].filename().string(), HasSubstr(".assay-bundle-"));
  const ProgramResult again = run_assay(folder, {"suite", suite, "--out", "results", "--resume"});
  EXPECT_THAT(again.exit_code, AnyOf(0, 3)) << again.err;
  EXPECT_THAT(again.err, HasSubstr("a suite was killed; what it had measured is in results/"));
  const auto bundles = bundles_in(folder / "results");
  ASSERT_EQ(bundles.size(), 2U) << "no hidden folder stays";
  const bool swapped = !load_bundle(bundles[0]).record.supersedes.empty();
  const LoadedBundle first = load_bundle(bundles[swapped ? 1 : 0]);
  const LoadedBundle second = load_bundle(bundles[swapped ? 0 : 1]);
  EXPECT_THAT(first.problems, IsEmpty());
  EXPECT_TRUE(first.record.interrupted);
  EXPECT_EQ(first.record.entries.size(), 2U);
  EXPECT_THAT(second.problems, IsEmpty());
  EXPECT_EQ(second.record.supersedes, first.record.id);
  EXPECT_EQ(second.runs.size(), 3U);
  EXPECT_EQ(run_assay(folder, {"validate", "results"}).exit_code, 0);
}

TEST(ProgramSuite, ResumeLeavesAWholeBundleAlone) {
  const ScratchFolder folder;
  const std::string suite = small_suite(folder);
  ASSERT_THAT(run_assay(folder, {"suite", suite, "--out", "results"}).exit_code, AnyOf(0, 3));
  const ProgramResult again = run_assay(folder, {"suite", suite, "--out", "results", "--resume"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("nothing is left to measure"));
  EXPECT_EQ(bundles_in(folder / "results").size(), 1U);
  const ProgramResult other = run_assay(folder, {"suite", suite, "--out", "results", "--resume", "--label", "other"});
  EXPECT_THAT(other.err, HasSubstr("there is nothing to go on with"));
  EXPECT_EQ(bundles_in(folder / "results").size(), 2U);
}

TEST(ProgramSuite, AnEnvelopeIsSaidEverywhere) {
  const ScratchFolder folder;
  const std::string envelope = folder / "mine.toml";
  std::ofstream(envelope) << "name = \"mine\"\ntitle = \"Mine\"\nsimd = \"scalar\"\n";
  const ProgramResult result =
      run_assay(folder, {"suite", small_suite(folder), "--out", "results", "--envelope", envelope});
  if (result.exit_code == 2 && result.err.find("this processor has") != std::string::npos) {
    GTEST_SKIP() << result.err;
  }
  ASSERT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  EXPECT_THAT(result.out, HasSubstr("ENVELOPE mine (simd=scalar)"));
  const auto bundles = bundles_in(folder / "results");
  ASSERT_EQ(bundles.size(), 1U);
  EXPECT_THAT(bundles[0].filename().string(), HasSubstr("_small_mine_"));
  const LoadedBundle bundle = load_bundle(bundles[0]);
  EXPECT_EQ(bundle.record.system, SystemKind::envelope);
  EXPECT_EQ(bundle.record.limits.simd, "scalar");
  ASSERT_FALSE(bundle.runs.empty());
  EXPECT_EQ(bundle.runs[0].run.limits.simd, "scalar");
  EXPECT_THAT(test_support::text_of(bundles[0] / "report.html"), HasSubstr("<strong>ENVELOPE:</strong>"));
  EXPECT_THAT(test_support::text_of(bundles[0] / "bundle.json"), Not(HasSubstr(folder.path().string())));
}

TEST(ProgramSuite, SaysWhatIsWrongBeforeItMeasures) {
  const ScratchFolder folder;
  EXPECT_EQ(run_assay(folder, {"suite", "grand"}).exit_code, 2);
  EXPECT_EQ(run_assay(folder, {"suite", "smoke", "--label", "a b"}).exit_code, 2);
  EXPECT_EQ(run_assay(folder, {"suite", "smoke", "--envelope", "hollow"}).exit_code, 2);
  const ProgramResult level = run_assay(folder, {"run", "gemm", "--simd", "avx9000", "--dry-run"});
  EXPECT_EQ(level.exit_code, 2);
  EXPECT_THAT(level.err, HasSubstr("--simd: 'avx9000': this processor has "));
  EXPECT_EQ(run_assay(folder, {"roofline", "--simd", "avx9000"}).exit_code, 2);
  std::ofstream(folder / "broken.toml") << "name = \"x\"\n";
  EXPECT_EQ(run_assay(folder, {"suite", folder / "broken.toml"}).exit_code, 5);
  const ProgramResult plan = run_assay(folder, {"suite", "smoke", "--dry-run"});
  EXPECT_EQ(plan.exit_code, 0);
  EXPECT_THAT(plan.out, AllOf(HasSubstr("suite smoke: "), HasSubstr("assay run gemv --scenario offline")));
  EXPECT_THAT(run_assay(folder, {"list", "suites"}).out, HasSubstr("smoke"));
  EXPECT_THAT(run_assay(folder, {"list", "envelopes"}).out, AllOf(HasSubstr("starved"), HasSubstr("narrow")));
}

// The measuring process reads the envelope a second time, when it keeps to its vectors already.
TEST(ProgramSuite, EveryShippedEnvelopeMeasures) {
  const ScratchFolder folder;
  for (const char* const envelope : {"starved", "narrow"}) {
    const ProgramResult run =
        run_assay(folder, {"run", "gemm", "--param", "n=32", "--scenario", "single", "--duration", "30ms", "--warmup",
                           "5ms", "--min-queries", "5", "--envelope", envelope, "--json"});
    if (run.exit_code == 2) {  // a machine on which there is nothing to take away says so
      EXPECT_THAT(run.err, AnyOf(HasSubstr("no narrower vectors"), HasSubstr("CPU"))) << run.err;
      continue;
    }
    ASSERT_THAT(run.exit_code, AnyOf(0, 3)) << run.err;
    EXPECT_THAT(run.out, HasSubstr(std::string("\"") + envelope + "\""));
  }
}

}  // namespace
}  // namespace assay
