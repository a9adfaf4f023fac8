#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lab/flow/ledger_chain.hpp"
#include "tests/lab/fault_runs.hpp"
#include "tests/lab/sample_lab.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test_support::Arguments;
using test_support::kFileCode;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using test_support::operator+;
using test_support::Program;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using test_support::short_run;
using test_support::text_of;

const Arguments kTour{"tour", "--duration", "50ms",     "--roofline", "0s",     "--soak",
                      "0s",   "--param",    "width=64", "--out",      "results"};

/// A suite of three runs of a small kernel; the last one takes `last`.
std::string small_suite(const ScratchFolder& folder, const std::string& last) {
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
flags = { scenario = "single", duration = "60ms", warmup = "5ms", min-queries = "20" }
[[steps]]
id = "last"
title = "the last"
flags = { scenario = "single", duration = ")"
                      << last << R"(", warmup = "5ms", min-queries = "20" }
)";
  return file;
}

/// Of the programs that start while it lives: no file grows beyond this, as on a disk that is full.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;
  ~FileLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

/// With a lab of short runs in "lab", its predictions locked.
class ProgramPlaceFaults : public test_support::ProgramFaults {
 protected:
  void begin_lab(const std::string& flow = test_support::small_flow()) {
    std::ofstream(folder / "small-lab.toml") << flow;
    ASSERT_EQ(run_assay(folder, {"lab", "begin", "--track", "small-lab.toml", "--lab", "lab"}).exit_code, 0);
    ASSERT_EQ(
        run_assay(folder, {"lab", "lock", "--part", "2", "p99=25ms", "--because", "heavy", "--guess", "--lab", "lab"})
            .exit_code,
        0);
  }
  [[nodiscard]] LedgerReading ledger() const { return ledger_from_text(text_of(folder / "lab/ledger.ndjson")); }
};

constexpr rlim_t kNoRoom = 2048;  // for the words of the program, and for no result

TEST_F(ProgramPlaceFaults, AFullDiskEndsARunWithFive) {
  const FileLimit full(kNoRoom);
  const ProgramResult run = run_assay(folder, short_run() + Arguments{"--repeat", "3"});
  EXPECT_EQ(run.exit_code, kFileCode) << run.err;
  EXPECT_THAT(run.err, HasSubstr("File too large"));
  EXPECT_THAT(run.err, HasSubstr("results/"));
  EXPECT_THAT(results(), IsEmpty());
}

TEST_F(ProgramPlaceFaults, AFullDiskEndsASuiteAtItsFirstResult) {
  const std::string suite = small_suite(folder, "60ms");
  const FileLimit full(kNoRoom);
  const ProgramResult run = run_assay(folder, {"suite", suite, "--out", "results", "--progress", "none"});
  EXPECT_EQ(run.exit_code, kFileCode) << run.err;
  EXPECT_THAT(run.err, HasSubstr("File too large"));
  EXPECT_THAT(run.err, Not(HasSubstr("[2/3]"))) << "the others could not be written either";
  EXPECT_TRUE(fs::is_empty(folder / "results")) << "no hidden folder stays";
}

TEST_F(ProgramPlaceFaults, AFullDiskEndsATourAtItsFirstResult) {
  const FileLimit full(kNoRoom);
  const ProgramResult run = run_assay(folder, kTour + Arguments{"--progress", "none"});
  EXPECT_EQ(run.exit_code, kFileCode) << run.err;
  EXPECT_THAT(run.err, HasSubstr("File too large"));
  EXPECT_THAT(results(), IsEmpty());
}

TEST_F(ProgramPlaceFaults, AFullDiskLeavesTheLedgerWhole) {
  begin_lab();
  const std::string before = text_of(folder / "lab/ledger.ndjson");
  {
    const FileLimit full(before.size() + 100);
    const ProgramResult run = run_assay(folder, {"lab", "run", "--part", "2", "--lab", "lab"});
    EXPECT_EQ(run.exit_code, kFileCode) << run.err;
    EXPECT_THAT(run.err, HasSubstr("ledger.ndjson: write: File too large"));
    EXPECT_EQ(text_of(folder / "lab/ledger.ndjson"), before);
  }
  EXPECT_TRUE(ledger().intact());
  EXPECT_THAT(run_assay(folder, {"lab", "run", "--part", "2", "--lab", "lab"}).exit_code, AnyOf(0, 3));
}

/// Mounts of its own for the program: `mount` is what the shell does first. Skips where the system does not let us.
class ProgramMounts : public ProgramPlaceFaults {
 protected:
  void SetUp() override {
    if (std::system("unshare -rm mount -t tmpfs none /mnt 2>/dev/null >&2") != 0) {
      GTEST_SKIP() << "no mounts of our own: unshare -rm is not allowed here";
    }
    fs::create_directories(folder.path() / "results");
  }
  ProgramResult with_mount(const std::string& mount, const Arguments& arguments) {
    return Program(folder, arguments, "", {"unshare", "-rm", "sh", "-c", mount + " && exec \"$@\"", "sh"}).finish();
  }
};

TEST_F(ProgramMounts, AFileSystemWithoutRoomEndsWithFive) {
  const ProgramResult run = with_mount("mount -t tmpfs -o size=8k none results", short_run());
  EXPECT_EQ(run.exit_code, kFileCode) << run.err;
  EXPECT_THAT(run.err, HasSubstr("No space left on device"));
}

TEST_F(ProgramMounts, AReadOnlyFolderIsRefusedBeforeAnythingIsMeasured) {
  const std::string suite = small_suite(folder, "60ms");
  const std::string mount = "mount --bind results results && mount -o remount,bind,ro results";
  for (const Arguments& arguments : {short_run(), kTour, Arguments{"suite", suite, "--out", "results"},
                                     Arguments{"lab", "begin", "--track", "edge", "--lab", "results/lab"},
                                     Arguments{"track", "tiny", "--quick", "--out", "results"},
                                     Arguments{"roofline", "--out", "results", "--duration", "1s"}}) {
    const ProgramResult run = with_mount(mount, arguments);
    EXPECT_EQ(run.exit_code, kFileCode) << arguments.front() << ": " << run.err;
    EXPECT_THAT(run.err, HasSubstr("Read-only file system")) << arguments.front();
    EXPECT_THAT(run.err, Not(HasSubstr("warm-up"))) << arguments.front();
  }
  EXPECT_THAT(results(), IsEmpty());
}

TEST_F(ProgramPlaceFaults, AFolderThatVanishesDuringARunIsMadeAgain) {
  Program program(folder, short_run() + Arguments{"--duration", "1s", "--events", "ndjson"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  fs::remove_all(folder.path() / "results");
  const ProgramResult run = program.finish();
  EXPECT_THAT(run.exit_code, AnyOf(0, 3)) << run.err;
  EXPECT_EQ(only_result().at("schema"), "assay/run/1");
}

TEST_F(ProgramPlaceFaults, AFileInThePlaceOfTheFolderEndsWithFive) {
  Program program(folder, short_run() + Arguments{"--duration", "1s", "--events", "ndjson"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  fs::remove_all(folder.path() / "results");
  std::ofstream(folder / "results") << "mine";
  const ProgramResult run = program.finish();
  EXPECT_EQ(run.exit_code, kFileCode) << run.err;
  EXPECT_THAT(run.err, HasSubstr("results"));
  EXPECT_EQ(text_of(folder / "results"), "mine");
}

TEST_F(ProgramPlaceFaults, ABundleThatVanishesWhileItIsMadeEndsWithFive) {
  Program program(folder, {"suite", small_suite(folder, "1s"), "--out", "results"});
  // The order of the steps is drawn: after the first one there are others to measure and to keep.
  ASSERT_TRUE(program.wait_for_error("[2/"));
  fs::remove_all(folder.path() / "results");
  const ProgramResult run = program.finish();
  EXPECT_EQ(run.exit_code, kFileCode) << run.err;
  EXPECT_THAT(run.err, HasSubstr("results/"));
}

TEST_F(ProgramPlaceFaults, ALabThatVanishesDuringARunEndsWithFive) {
  std::string flow = test_support::small_flow();
  const std::string title = "title = \"beside load\"\nduration = \"60ms\"";
  flow.replace(flow.find(title), title.size(), "title = \"beside load\"\nduration = \"1s\"");
  begin_lab(flow);
  Program program(folder, {"lab", "run", "--part", "2", "--lab", "lab", "--events"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  fs::remove_all(folder.path() / "lab");
  const ProgramResult run = program.finish();
  EXPECT_EQ(run.exit_code, kFileCode) << run.err;
  EXPECT_THAT(run.err, HasSubstr("lab/ledger.ndjson: open: No such file or directory"));
}

// No time that counts comes from the clock of the wall.
TEST_F(ProgramPlaceFaults, TheClockOfTheWallMayJumpAsItLikes) {
#ifdef ASSAY_SANITIZED
  GTEST_SKIP() << "a sanitizer wants to be loaded first";
#endif
  setenv("LD_PRELOAD", ASSAY_JUMPING_CLOCK, 1);
  const ProgramResult run = run_assay(folder, short_run());
  begin_lab();
  const ProgramResult lab = run_assay(folder, {"lab", "run", "--part", "2", "--lab", "lab"});
  const ProgramResult suite =
      run_assay(folder, {"suite", small_suite(folder, "60ms"), "--out", "bundles", "--progress", "none"});
  unsetenv("LD_PRELOAD");
  EXPECT_THAT(run.exit_code, AnyOf(0, 3)) << run.err;
  const json result = only_result().at("result");
  for (const json& reason : result.at("invalid_reasons")) {
    EXPECT_NE(reason.at("code"), "clock_step");
  }
  EXPECT_GE(result.at("query_count"), 20);
  constexpr double kDay_s = 86'400.0;
  EXPECT_LT(result.at("latency").at("max_s").get<double>(), kDay_s);
  EXPECT_THAT(lab.exit_code, AnyOf(0, 3)) << lab.err;
  EXPECT_TRUE(ledger().intact());
  EXPECT_THAT(suite.exit_code, AnyOf(0, 3)) << suite.err;
  EXPECT_EQ(run_assay(folder, {"validate", "bundles"}).exit_code, 0);
}

std::vector<pid_t> threads_of(pid_t process) {
  std::vector<pid_t> threads;
  std::error_code gone;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(process) + "/task", gone)) {
    threads.push_back(std::stoi(task.path().filename().string()));
  }
  return threads;
}

/// Puts a thread on a CPU of `allowed` that it may not use now.
void move_elsewhere(pid_t thread, const cpu_set_t& allowed) {
  cpu_set_t now;
  if (sched_getaffinity(thread, sizeof now, &now) != 0) {
    return;
  }
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed) && (!CPU_ISSET(cpu, &now) || CPU_COUNT(&now) > 1)) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      (void)sched_setaffinity(thread, sizeof one, &one);
      return;
    }
  }
}

TEST_F(ProgramPlaceFaults, CpusThatAreChangedDuringARunMakeItInvalid) {
  cpu_set_t allowed;
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  if (CPU_COUNT(&allowed) < 2) {
    GTEST_SKIP() << "with one CPU there is none to move to";
  }
  Program program(folder, short_run() + Arguments{"--duration", "2s", "--events", "ndjson"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""))
      << "the CPUs of its threads have been looked at before it says so";
  const std::vector<pid_t> children = test_support::children_of(program.pid());
  ASSERT_EQ(children.size(), 1U);
  for (const pid_t thread : threads_of(children.front())) {
    move_elsewhere(thread, allowed);
  }
  const ProgramResult run = program.finish();
  EXPECT_EQ(run.exit_code, 3) << run.err;
  std::vector<std::string> codes;
  const json result = only_result().at("result");
  for (const json& reason : result.at("invalid_reasons")) {
    codes.push_back(reason.at("code"));
  }
  EXPECT_THAT(codes, Contains("cpus_changed"));
}

}  // namespace
}  // namespace assay
