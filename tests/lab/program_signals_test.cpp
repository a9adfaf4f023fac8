#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "harness/argument_pointers.hpp"
#include "tests/lab/fault_runs.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test_support::Arguments;
using test_support::kFileCode;
using test_support::kInterruptedCode;
using ::testing::HasSubstr;
using test_support::operator+;
using test_support::Program;
using test_support::ProgramResult;
using test_support::ScratchFolder;
using test_support::short_run;

using ProgramStreamFaults = test_support::ProgramFaults;

class ProgramSignals : public test_support::ProgramFaults, public ::testing::WithParamInterface<int> {};

TEST_P(ProgramSignals, EndARunWhichKeepsWhatItMeasured) {
  Program program(folder, short_run() + Arguments{"--duration", "1h", "--events", "ndjson"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  program.signal(GetParam());
  const ProgramResult run = program.finish();
  EXPECT_EQ(run.exit_code, kInterruptedCode) << run.err;
  EXPECT_THAT(run.err, HasSubstr("interrupted: what was measured is kept and flagged"));
  EXPECT_EQ(only_result().at("result").at("interrupted"), true);
}

INSTANTIATE_TEST_SUITE_P(OfThoseThatAskForAnEnd, ProgramSignals, ::testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& test) { return std::string(sigabbrev_np(test.param)); });

TEST_F(ProgramStreamFaults, WhoWasToldToOutliveItsTerminalDoes) {
  Program program(folder, short_run() + Arguments{"--duration", "1s", "--events", "ndjson"}, "", {"nohup"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  program.signal(SIGHUP);
  const ProgramResult run = program.finish();
  EXPECT_THAT(run.exit_code, ::testing::AnyOf(0, 3)) << run.err;
  EXPECT_EQ(only_result().at("result").at("interrupted"), false);
}

/// The program with a terminal of its own, which the test may close.
class TerminalProgram {
 public:
  TerminalProgram(const ScratchFolder& folder, const Arguments& arguments) {
    Arguments words = Arguments{"assay"} + arguments;
    const std::vector<char*> pointers = argument_pointers(words);
    const std::string temporary = folder / "tmp";
    const std::string configuration = folder / "config";
    fs::create_directories(temporary);
    process_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (process_ == 0) {
      setenv("TMPDIR", temporary.c_str(), 1);
      setenv("XDG_CONFIG_HOME", configuration.c_str(), 1);
      if (chdir(folder.path().c_str()) == 0) {
        execv(ASSAY_PROGRAM, pointers.data());
      }
      _exit(121);
    }
  }
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;
  ~TerminalProgram() {
    close_terminal();
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
  }

  [[nodiscard]] pid_t pid() const { return process_; }
  /// Reads until `text` has come; false if the terminal was closed before.
  [[nodiscard]] bool wait_for(const std::string& text) {
    std::string seen;
    char byte = 0;
    while (seen.find(text) == std::string::npos) {
      if (read(terminal_, &byte, 1) != 1) {
        return false;
      }
      seen += byte;
    }
    return true;
  }
  void close_terminal() {
    if (terminal_ >= 0) {
      close(terminal_);
      terminal_ = -1;
    }
  }
  [[nodiscard]] int finish() {
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  int terminal_ = -1;
  pid_t process_ = -1;
};

TEST_F(ProgramStreamFaults, ATerminalThatIsClosedEndsARunWhichKeepsWhatItMeasured) {
  TerminalProgram program(folder, short_run() + Arguments{"--duration", "1h", "--progress", "plain"});
  ASSERT_TRUE(program.wait_for("measure"));
  const std::vector<pid_t> children = test_support::children_of(program.pid());
  program.close_terminal();
  EXPECT_EQ(program.finish(), kInterruptedCode);
  for (const pid_t child : children) {
    EXPECT_TRUE(test_support::wait_until_gone(child));
  }
  EXPECT_EQ(only_result().at("result").at("interrupted"), true);
}

TEST_F(ProgramStreamFaults, AReaderThatGoesAwayIsAnErrorAndTheResultStays) {
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  Program program(folder, short_run() + Arguments{"--duration", "500ms", "--progress", "plain"}, pipe);
  ASSERT_TRUE(program.wait_for_error("measure"));
  close(reader);
  const ProgramResult run = program.finish();
  EXPECT_EQ(run.exit_code, kFileCode) << run.err;
  EXPECT_THAT(run.err, HasSubstr("stdout: Broken pipe"));
  EXPECT_EQ(only_result().at("schema"), "assay/run/1");
}

TEST_F(ProgramStreamFaults, AReaderThatIsGoneIsAnErrorOfEveryCommand) {
  constexpr int kClosed = 9;  // a shell knows numbers of one digit
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  close(ends[0]);
  ASSERT_EQ(dup2(ends[1], kClosed), kClosed);
  for (const Arguments& arguments :
       {Arguments{"list", "workloads"}, Arguments{"explain", "p99"}, Arguments{"doctor", "--json"}, Arguments{"--help"},
        Arguments{"version"}, Arguments{"run", "gemm", "--dry-run"}}) {
    const ProgramResult run = Program(folder, arguments, "", {"sh", "-c", "exec \"$@\" >&9", "sh"}).finish();
    EXPECT_EQ(run.exit_code, kFileCode) << arguments.front() << run.err;
    EXPECT_THAT(run.err, HasSubstr("stdout: Broken pipe")) << arguments.front();
  }
  close(kClosed);
  close(ends[1]);
}

}  // namespace
}  // namespace assay
