#include "scenarios/custom/custom_workload.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "analysis/run_file.hpp"
#include "harness/digest.hpp"
#include "harness/machine.hpp"
#include "scenarios/custom/answer_check.hpp"
#include "scenarios/custom/line_process.hpp"
#include "scenarios/custom/line_protocol.hpp"
#include "scenarios/experiment.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kLibrary = std::string("lib:") + ASSAY_EXAMPLE_WORKLOAD;
const std::string kServer = std::string("cmd:") + ASSAY_EXAMPLE_SERVER;

template <class Action>
std::string what_it_throws(Action action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing";
}

/// A shell script that answers `hello` and `prepare` well and does `on_run` for each run.
std::string script_workload(const std::string& on_run) {
  const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string file = ::testing::TempDir() + "assay-" + test->name() + ".sh";
  std::ofstream out(file);
  out << "#!/bin/sh\nwhile read -r word rest; do\n  case \"$word\" in\n"
         "    hello) echo 'hello 1 samples=4 batch=2 answers=1' ;;\n    prepare) echo ready ;;\n"
         "    run) count=$((count + 1))\n"
      << on_run << "\n    ;;\n  esac\ndone\n";
  out.close();
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return "cmd:" + file;
}

RunDocument run_of(const std::string& workload, std::map<std::string, std::string> parameters = {}) {
  RunRequest request;
  request.workload.name = workload;
  request.workload.parameters = std::move(parameters);
  request.settings = TestSettings::defaults_for(Scenario::single_stream);
  request.settings.min_duration = std::chrono::milliseconds{100};
  request.settings.min_query_count = 100;  // enough for its percentile, however slow the machine is
  request.worker_threads = 1;
  request.warm_up = Nanoseconds{0};  // one request: scripts count theirs
  return run_experiment(request, detect_machine(), {}, {});
}

std::vector<std::string> problems_of_named(const std::string& name,
                                           std::map<std::string, std::string> parameters = {}) {
  return problems_of(WorkloadRequest{.name = name, .parameters = std::move(parameters)});
}

TEST(CustomWorkload, ShowsNamesWithoutFolders) {
  EXPECT_EQ(shown_workload("lib:/a/b/libmine.so"), "lib:libmine.so");
  EXPECT_EQ(shown_workload("cmd:./x/serve --model=/y/m.onnx  q"), "cmd:serve --model=m.onnx q");
  EXPECT_EQ(shown_workload("gemm"), "gemm");
  EXPECT_EQ(without_folders("/a/b=c/d"), "d");  // a file whose folder has an equals sign
}

TEST(CustomWorkload, ALibraryRunsAndIsNamedByItsContent) {
  const RunDocument run = run_of(kLibrary, {{"taps", "32"}});
  EXPECT_TRUE(run.valid) << run.invalid_reasons.front().message;
  EXPECT_EQ(run.workload, "lib:libassay_example_workload.so");
  EXPECT_EQ(run.work_flops, 2U * 1024U * 32U);
  EXPECT_THAT(run.output_check, HasSubstr("ok "));
  EXPECT_EQ(run.workload_parameters.at("taps"), "32");
  std::ifstream in(ASSAY_EXAMPLE_WORKLOAD, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  EXPECT_EQ(run.workload_parameters.at("file_sha256"), sha256_hex(content));
  EXPECT_THAT(to_json(run), Not(HasSubstr(std::filesystem::path(ASSAY_EXAMPLE_WORKLOAD).parent_path().string())));
}

TEST(CustomWorkload, ALibraryThatIsNoneSaysWhatToDo) {
  EXPECT_THAT(problems_of_named("lib:"), ElementsAre(HasSubstr("name the file of the library")));
  EXPECT_THAT(what_it_throws([] { (void)problems_of_named("lib:./none.so"); }),
              AllOf(HasSubstr("no such file"), HasSubstr("lib:./libmine.so")));
  EXPECT_THAT(what_it_throws([] { (void)problems_of_named(std::string("lib:") + ASSAY_EXAMPLE_SERVER); }),
              HasSubstr("the loader says"));
  EXPECT_THAT(what_it_throws([] { (void)problems_of_named("lib:" + std::string(ASSAY_OTHER_VERSION)); }),
              AllOf(HasSubstr("speaks version 99"), HasSubstr("build it again")));
  EXPECT_THAT(what_it_throws([] { (void)problems_of_named("lib:" + std::string(ASSAY_LACKS_RUN)); }),
              HasSubstr("has no function assay_workload_run"));
  EXPECT_THAT(problems_of_named(kLibrary, {{"tap", "3"}}), ElementsAre(HasSubstr("it knows no parameter tap")));
  EXPECT_THAT(problems_of_named(kLibrary, {{"taps", "0"}}), ElementsAre(HasSubstr("taps=0: must be 1 to 512")));
}

TEST(CustomWorkload, WhatALibrarySaysOfItselfIsBounded) {
  const std::string library = std::string("lib:") + ASSAY_SAYS_ANYTHING;
  EXPECT_THAT(problems_of_named(library, {{"samples", "4194304"}, {"flops", "9007199254740992"}}), IsEmpty());
  EXPECT_THAT(problems_of_named(library, {{"samples", "4194305"}}),
              ElementsAre(HasSubstr("sample_count is 4194305: must be 1 to 4194304")));
  EXPECT_THAT(problems_of_named(library, {{"flops", "9007199254740993"}}),
              ElementsAre(HasSubstr("flops_per_sample is 9007199254740993: must be at most 9007199254740992")));
  EXPECT_THAT(problems_of_named(library, {{"bytes", "18446744073709551615"}}),
              ElementsAre(HasSubstr("bytes_per_sample is 18446744073709551615: must be at most 9007199254740992")));
}

TEST(CustomWorkload, NoParameterTakesThePlaceOfADigest) {
  for (const char* name : {"file_sha256", "argument_1_sha256", "model_sha256"}) {
    EXPECT_THAT(problems_of_named(kServer, {{name, "0"}}),
                ElementsAre(AllOf(HasSubstr(std::string("--param ") + name), HasSubstr("choose another name"))));
  }
  EXPECT_THAT(problems_of_named(std::string("lib:") + ASSAY_SAYS_ANYTHING, {{"file_sha256", "0"}}),
              ElementsAre(HasSubstr("--param file_sha256")));
}

TEST(CustomWorkload, AFileWithoutADigestSaysWhy) {
  const std::string file = ::testing::TempDir() + "assay-unreadable";
  std::ofstream(file) << "weights";
  std::filesystem::permissions(file, std::filesystem::perms::none);
  const auto workload = custom_workload_from(
      kServer, {{"secret", file}, {"version", "/proc/version"}, {"folder", "/proc"}, {"none", "/proc/none"}});
  const bool is_root = geteuid() == 0;  // which may read anything
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(is_root ? seteuid(kNobody) : 0, 0);
  std::map<std::string, std::string> parameters;
  const std::string problem = what_it_throws([&] { parameters = identity_parameters(*workload); });
  ASSERT_EQ(is_root ? seteuid(0) : 0, 0);
  std::filesystem::remove(file);
  if (parameters.empty()) {
    GTEST_SKIP() << problem;  // an unprivileged user does not even see the program
  }
  EXPECT_EQ(parameters.at("secret_sha256"), "not available: Permission denied");
  EXPECT_EQ(parameters.at("version_sha256"), "not available: the system does not tell its size");
  EXPECT_THAT(parameters, Not(Contains(::testing::Key("folder_sha256"))));
  EXPECT_THAT(parameters, Not(Contains(::testing::Key("none_sha256"))));
}

TEST(CustomWorkload, ACommandRunsAndItsAnswersAreChecked) {
  const RunDocument run = run_of(kServer, {{"terms", "500"}});
  EXPECT_TRUE(run.valid) << run.invalid_reasons.front().message;
  EXPECT_EQ(run.workload, "cmd:assay_example_server");
  EXPECT_EQ(run.work_flops, 2000U);
  EXPECT_THAT(run.output_check, HasSubstr("ok "));
  EXPECT_EQ(run.workload_parameters.at("file_sha256").size(), 64U);
}

TEST(CustomWorkload, ACommandThatIsNoneSaysWhatToDo) {
  EXPECT_THAT(problems_of_named("cmd: "), ElementsAre(HasSubstr("name the program")));
  EXPECT_THAT(what_it_throws([] { (void)problems_of_named("cmd:./none"); }), HasSubstr("no such file"));
  EXPECT_THAT(what_it_throws([] { (void)problems_of_named("cmd:assay-has-no-such-program"); }),
              HasSubstr("no program of that name is in PATH"));
  EXPECT_THAT(what_it_throws([] { (void)problems_of_named("cmd:/etc/passwd"); }), HasSubstr("chmod +x"));
  EXPECT_THAT(problems_of_named(kServer, {{"timeout", "soon"}}), ElementsAre(HasSubstr("--param timeout")));
  EXPECT_THAT(problems_of_named(kServer, {{"a", "b c"}}), ElementsAre(HasSubstr("without blanks")));
}

void expect_failed_with(const RunDocument& run, const std::string& words) {
  EXPECT_FALSE(run.valid);
  EXPECT_FALSE(run.interrupted);
  ASSERT_FALSE(run.invalid_reasons.empty());
  EXPECT_EQ(run.invalid_reasons.front().code, "workload_failed");
  EXPECT_THAT(run.invalid_reasons.front().message, HasSubstr(words));
}

const std::string kAfterAWhile = "if [ $count -gt 20 ]; then ";
const std::string kElseAnswer = "; else set -- $rest; echo \"done $1\"; fi";

TEST(CustomWorkload, ACommandThatDiesEndsTheRunWithTheReason) {
  expect_failed_with(run_of(script_workload(kAfterAWhile + "kill -SEGV $$" + kElseAnswer)), "died from signal 11");
  expect_failed_with(run_of(script_workload(kAfterAWhile + "exit 7" + kElseAnswer)), "ended with code 7");
}

TEST(CustomWorkload, ACommandThatWritesGarbageEndsTheRunWithTheReason) {
  expect_failed_with(run_of(script_workload(kAfterAWhile + "echo 'done twice as good'" + kElseAnswer)),
                     "it answered 'done twice as good' where 'done' and 1 numbers");
  expect_failed_with(run_of(script_workload(kAfterAWhile + "echo 'error out of memory'" + kElseAnswer)),
                     "run failed: out of memory");
  expect_failed_with(run_of(script_workload(kAfterAWhile + "echo 'done 1'; echo 'done 2'" + kElseAnswer)),
                     "it wrote more than it was asked for");
}

TEST(CustomWorkload, ACommandThatDoesNotAnswerEndsTheRunWithTheReason) {
  expect_failed_with(run_of(script_workload(kAfterAWhile + ":" + kElseAnswer), {{"timeout", "50ms"}}),
                     "gave no answer within 0.05 s");
}

TEST(CustomWorkload, ACommandThatFailsBeforeTheRunIsNoRun) {
  EXPECT_THAT(what_it_throws([] { (void)run_of(script_workload("echo 'error no model'")); }),
              HasSubstr("its output is wrong before the run"));
  EXPECT_THAT(what_it_throws([] { (void)run_of("cmd:cat"); }), HasSubstr("its hello says worker=0"));  // an echo
  EXPECT_THAT(what_it_throws([] { (void)run_of("cmd:true"); }), HasSubstr("ended with code 0"));
}

TEST(LineProcess, DiesWithItsParent) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    close(ends[0]);
    dup2(ends[1], STDERR_FILENO);  // which the child holds open as long as it lives
    close(ends[1]);
    LineProcess process({.words = {"/bin/sh", "-c", "read -r line; while :; do wait; done"}, .cpus = {}});
    kill(getpid(), SIGKILL);
  }
  close(ends[1]);
  waitpid(parent, nullptr, 0);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);  // returns only when the child is gone too
  close(ends[0]);
}

/// The other end of the pipe is closed everywhere; false if that takes longer than 15 s.
bool closes_soon(int descriptor) {
  pollfd ended{.fd = descriptor, .events = 0, .revents = 0};
  return poll(&ended, 1, 15'000) == 1 && (ended.revents & POLLHUP) != 0;
}

// A shell script that starts the server in the background and then reads for it. The server ends by itself in a minute.
TEST(LineProcess, WhatItsChildStartedEndsWithIt) {
  for (const char* wrapper : {"sleep 60 & read -r line", "sleep 60 & exit 3"}) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    const pid_t parent = fork();
    if (parent == 0) {
      dup2(ends[1], STDERR_FILENO);  // which the server holds open as long as it lives
      {
        LineProcess process({.words = {"/bin/sh", "-c", wrapper}, .cpus = {}});
        if (std::string_view(wrapper).ends_with("exit 3")) {
          (void)process.ask("run 0\n", std::chrono::milliseconds{100});  // its end is seen here, or the time is over
        }
      }
      dup2(STDOUT_FILENO, STDERR_FILENO);
      close(ends[1]);
      kill(getpid(), SIGKILL);
    }
    close(ends[1]);
    waitpid(parent, nullptr, 0);
    EXPECT_TRUE(closes_soon(ends[0])) << wrapper;
    close(ends[0]);
  }
}

TEST(LineProcess, CancelEndsTheWaiting) {
  LineProcess process({.words = {"/bin/sh", "-c", "read -r line; read -r other"}, .cpus = {}});
  process.cancel();
  EXPECT_FALSE(process.ask("run 0\n", std::chrono::hours{1}));
  EXPECT_THAT(process.failure(), HasSubstr("stopped before it answered"));
}

TEST(LineProcess, WhatCannotBeStartedSaysWhy) {
  EXPECT_THAT(what_it_throws([] { LineProcess({.words = {"/etc/passwd"}, .cpus = {}}); }),
              HasSubstr("exec: Permission denied"));
}

TEST(LineProtocol, ReadsAHello) {
  const LineHello hello = hello_from("hello 1 samples=64 batch=8 answers=2 version=3 flops=10 reference=yes");
  EXPECT_EQ(hello.samples, 64U);
  EXPECT_EQ(hello.batch, 8U);
  EXPECT_EQ(hello.answers, 2U);
  EXPECT_EQ(hello.workload_version, 3);
  EXPECT_TRUE(hello.reference);
  EXPECT_FALSE(hello.verify);
  EXPECT_EQ(hello_request(1, 4, {{"model", "m"}}), "hello 1 worker=1 workers=4 model=m");
}

TEST(LineProtocol, NamesWhatIsWrongInAHello) {
  for (const auto& [answer, words] : std::vector<std::pair<std::string, std::string>>{
           {"", "where 'hello 1 samples=N' was expected"},
           {"hello 2 samples=1", "speaks version '2'"},
           {"hello 1", "lacks samples=N"},
           {"hello 1 samples=0", "samples=0: expected a whole number from 1"},
           {"hello 1 samples=4194305", "samples=4194305: expected a whole number from 1 to 4194304"},
           {"hello 1 samples=9 flops=9007199254740993", "expected a whole number from 0 to 9007199254740992"},
           {"hello 1 samples=9 batch=2000", "batch=2000: expected a whole number from 1 to 1024"},
           {"hello 1 samples=9 colour=red", "colour=red, which version 1"},
           {"hello 1 samples=9 verify=maybe", "verify=maybe: expected yes or no"},
           {"hello 1 samples=9 reference=yes", "no answers=N"},
           {"hello 1 samples=9 tolerance=nan", "tolerance=nan"}}) {
    EXPECT_THAT(what_it_throws([&answer = answer] { (void)hello_from(answer); }), HasSubstr(words)) << answer;
  }
}

TEST(LineProtocol, ReadsExactlyTheNumbersOfAnAnswer) {
  std::array<float, 2> numbers{};
  EXPECT_TRUE(read_numbers("done 1.5 -2e3", "done", numbers));
  EXPECT_THAT(numbers, ElementsAre(1.5F, -2000.0F));
  for (const char* wrong : {"done 1.5", "done 1 2 3", "done 1 x", "did 1 2", "", "done 1,2 3"}) {
    EXPECT_FALSE(read_numbers(wrong, "done", numbers)) << wrong;
  }
  EXPECT_TRUE(read_numbers("done", "done", std::span<float>{}));
}

TEST(LineProtocol, ForeignWordsCannotForgeAMessage) {
  EXPECT_EQ(one_line("a\n\x1b[2Jb"), "a??[2Jb");
  EXPECT_EQ(one_line(std::string(300, 'x')).size(), 203U);
  EXPECT_EQ(words_of("error"), "it does not say why");
  EXPECT_EQ(words_of("wrong output 3"), "output 3");
}

}  // namespace
}  // namespace assay
