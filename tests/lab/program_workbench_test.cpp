#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "tests/lab/program.hpp"
#include "tests/lab/workbench/plain_client.hpp"

// The workbench as a program: who is let in, what others on the machine can see of it, and what is left when it is
// killed.

namespace assay {
namespace {

using test_support::answer_to;
using test_support::body_of;
using test_support::PlainClient;
using test_support::PlainRequest;
using test_support::status_of;
using ::testing::HasSubstr;
using ::testing::Not;

class Workbench : public ::testing::Test {
 protected:
  void SetUp() override {
    program = std::make_unique<test_support::Program>(folder, std::vector<std::string>{"lab", "--no-open"});
    if (!program->wait_for_output("\n")) {
      const test_support::ProgramResult result = program->finish();
      if (result.err.find("ASSAY_WITH_WORKBENCH=OFF") != std::string::npos) {
        GTEST_SKIP() << "built without the workbench";
      }
      FAIL() << result.err;
    }
    const std::string url = test_support::text_of(folder / "stdout");
    const std::string start = "http://127.0.0.1:";
    ASSERT_THAT(url, ::testing::StartsWith(start));
    port = static_cast<std::uint16_t>(std::stoi(url.substr(start.size())));
    token = url.substr(url.find("#t=") + 3, 32);
    ASSERT_THAT(token, ::testing::MatchesRegex("[0-9a-f]+"));
  }

  std::string authorization() const { return "Authorization: Bearer " + token + "\r\n"; }
  PlainRequest asked(const std::string& path) const { return {.port = port, .path = path, .headers = authorization()}; }
  std::string post(const std::string& path, const std::string& body) const {
    return answer_to({.port = port, .method = "POST", .path = path, .headers = authorization(), .body = body});
  }
  static std::string state_query(const std::string& track) { return "/api/state?track=" + track; }

  /// One run of Part 1 that lasts far longer than the test.
  void begin_long_run() {
    ASSERT_EQ(status_of(post("/api/labs", R"({"track":"edge"})")), 201);
    for (const char* lock :
         {R"({"track":"edge","part":1,"question":"scenario","choice":"multi","because":"together","sure":true})",
          R"({"track":"edge","part":1,"question":"missed","number":25,"because":"queue","sure":false})"}) {
      ASSERT_EQ(status_of(post("/api/locks", lock)), 201);
    }
    PlainClient events(port);
    events.send("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n" + authorization() +
                "\r\n");
    (void)events.until("retry: 2000\n\n");
    ASSERT_EQ(status_of(post("/api/runs", R"({"track":"edge","part":1,"run":"single"})")), 202);
    (void)events.until("\"phase\":\"measure\"");
  }

  test_support::ScratchFolder folder;
  std::unique_ptr<test_support::Program> program;
  std::uint16_t port = 0;
  std::string token;
};

TEST_F(Workbench, LetsInWhoHasTheTokenAndNobodyElse) {
  EXPECT_EQ(status_of(answer_to(asked("/api/state"))), 200);
  EXPECT_EQ(status_of(answer_to({.port = port, .path = "/api/state"})), 401);
  PlainRequest request = asked("/api/state");
  request.host = "evil.example:" + std::to_string(port);
  EXPECT_EQ(status_of(answer_to(request)), 403);
  request.path = "/";
  EXPECT_EQ(status_of(answer_to(request)), 403);
}

// What a page of another origin can send without asking first: a POST of plain text, with no header of its own.
TEST_F(Workbench, RefusesThePostOfAnotherPage) {
  const std::string body = R"({"track":"edge"})";
  const std::string foreign =
      "Origin: http://evil.example\r\nContent-Type: text/plain\r\nSec-Fetch-Site: cross-site\r\n";
  EXPECT_EQ(
      status_of(answer_to({.port = port, .method = "POST", .path = "/api/labs", .headers = foreign, .body = body})),
      403);
  EXPECT_EQ(
      status_of(answer_to(
          {.port = port, .method = "POST", .path = "/api/labs", .headers = foreign + authorization(), .body = body})),
      403);
  const std::string preflight = answer_to({.port = port,
                                           .method = "OPTIONS",
                                           .path = "/api/labs",
                                           .headers = "Origin: http://evil.example\r\n"
                                                      "Access-Control-Request-Method: POST\r\n"});
  EXPECT_EQ(status_of(preflight), 403);
  EXPECT_THAT(preflight, Not(HasSubstr("Access-Control-Allow")));
  const auto state = nlohmann::json::parse(body_of(answer_to(asked(state_query("edge")))));
  EXPECT_TRUE(state.at("lab").is_null()) << "no lab was begun";
}

TEST_F(Workbench, LimitsWhatItReads) {
  PlainRequest request = asked("/api/state");
  request.headers += "X: " + std::string(9 * 1024, 'x') + "\r\n";
  EXPECT_EQ(status_of(answer_to(request)), 431);
  EXPECT_EQ(status_of(post("/api/locks", std::string(1 << 20, ' '))), 413);
  EXPECT_EQ(status_of(post("/api/locks", std::string(1000, '['))), 400);
}

TEST_F(Workbench, KeepsTheTokenOutOfTheListOfProcessesAndOfAllFiles) {
  EXPECT_THAT(test_support::text_of("/proc/" + std::to_string(program->pid()) + "/cmdline"), Not(HasSubstr(token)));
  EXPECT_THAT(test_support::text_of("/proc/" + std::to_string(program->pid()) + "/environ"), Not(HasSubstr(token)));
  for (const std::string& file : folder.files()) {
    if (file != "stdout") {  // the terminal
      EXPECT_THAT(test_support::text_of(folder / file), Not(HasSubstr(token))) << file;
    }
  }
}

TEST_F(Workbench, ShowsNothingOfTheEvidenceBeforeTheLock) {
  ASSERT_EQ(status_of(post("/api/labs", R"({"track":"edge"})")), 201);
  EXPECT_EQ(status_of(post("/api/runs", R"({"track":"edge","part":1,"run":"single"})")), 423);
  const auto state = nlohmann::json::parse(body_of(answer_to(asked(state_query("edge")))));
  EXPECT_EQ(state.at("lab").at("track"), "edge");
  EXPECT_EQ(status_of(answer_to(asked("/api/report?track=edge&format=json"))), 409);
}

TEST_F(Workbench, EndsAtASignalAndCanBeKilledAtAnyTime) {
  program->signal(SIGINT);
  EXPECT_EQ(program->finish().exit_code, 0);
}

/// All that `process` started in whatever thread, and what those started.
std::vector<pid_t> descendants_of(pid_t process) {
  std::vector<pid_t> found;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", gone)) {
    std::istringstream children(test_support::text_of((task.path() / "children").string()));
    for (pid_t child = 0; children >> child;) {
      found.push_back(child);
      const std::vector<pid_t> below = descendants_of(child);
      found.insert(found.end(), below.begin(), below.end());
    }
  }
  return found;
}

TEST_F(Workbench, LeavesNothingRunningAndTheLedgerWholeWhenItIsKilled) {
  ASSERT_NO_FATAL_FAILURE(begin_long_run());
  const std::vector<pid_t> all = descendants_of(program->pid());
  ASSERT_GE(all.size(), 2U) << "assay lab run, and assay run below it";
  program->signal(SIGKILL);
  EXPECT_EQ(program->finish().exit_code, 128 + SIGKILL);
  for (const pid_t process : all) {
    EXPECT_TRUE(test_support::wait_until_gone(process));
  }
  const test_support::ProgramResult status =
      test_support::run_assay(folder, {"lab", "status", "--track", "edge", "--json"});
  EXPECT_EQ(status.exit_code, 0) << status.err;
  EXPECT_TRUE(nlohmann::json::parse(status.out).at("chain").at("intact").get<bool>());
}

TEST_F(Workbench, KeepsWhatWasMeasuredWhenItIsStopped) {
  ASSERT_NO_FATAL_FAILURE(begin_long_run());
  EXPECT_EQ(status_of(post("/api/runs", R"({"track":"edge","part":1,"run":"single"})")), 409);
  PlainClient events(port);
  events.send("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n" + authorization() +
              "\r\n");
  (void)events.until("retry: 2000\n\n");
  PlainRequest stop = asked("/api/runs/current");
  stop.method = "DELETE";
  EXPECT_EQ(status_of(answer_to(stop)), 202);
  (void)events.until("event: state");
  program->signal(SIGTERM);
  EXPECT_EQ(program->finish().exit_code, 0);
}

/// The local addresses, in the kernel's hexadecimal, at which a process listens for TCP.
std::vector<std::string> listens_at(pid_t process) {
  std::vector<std::string> sockets;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (target.starts_with("socket:[")) {
      sockets.push_back(target.substr(8, target.size() - 9));
    }
  }
  std::vector<std::string> addresses;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::istringstream lines(test_support::text_of(table));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::vector<std::string> columns;
      for (std::string word; words >> word;) {
        columns.push_back(word);
      }
      constexpr std::size_t kAddress = 1;
      constexpr std::size_t kState = 3;
      constexpr std::size_t kInode = 9;
      if (columns.size() > kInode && columns[kState] == "0A" &&
          std::ranges::find(sockets, columns[kInode]) != sockets.end()) {
        addresses.push_back(columns[kAddress]);
      }
    }
  }
  return addresses;
}

TEST_F(Workbench, ListensOnTheLoopbackAndNowhereElse) {
  std::ostringstream expected;
  expected << "0100007F:" << std::uppercase << std::hex << std::setw(4) << std::setfill('0') << port;
  EXPECT_THAT(listens_at(program->pid()), ::testing::ElementsAre(expected.str()));
  ASSERT_NO_FATAL_FAILURE(begin_long_run());
  for (const pid_t child : descendants_of(program->pid())) {
    EXPECT_THAT(listens_at(child), ::testing::IsEmpty());
  }
}

TEST(WorkbenchSocket, IsForItsOwnerOnlyAndOpensNoPort) {
  const test_support::ScratchFolder folder;
  test_support::Program program(folder, {"lab", "--no-open", "--unix", "assay.sock"});
  if (!program.wait_for_output("\n")) {
    GTEST_SKIP() << program.finish().err;
  }
  struct stat status {};
  ASSERT_EQ(stat((folder / "assay.sock").c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(listens_at(program.pid()), ::testing::IsEmpty());
}

// However open the person's own umask is.
TEST_F(Workbench, ItsFilesAreNobodyElsesToChange) {
  const mode_t before = umask(0);
  test_support::ScratchFolder open_folder;
  test_support::Program other(open_folder, {"lab", "begin", "--track", "edge", "--lab", "lab"});
  umask(before);
  ASSERT_EQ(other.finish().exit_code, 0);
  for (const char* own : {"lab", "config/assay"}) {
    struct stat status {};
    ASSERT_EQ(stat((open_folder / own).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U) << own;
  }
  for (const std::string& file : open_folder.files()) {
    struct stat status {};
    ASSERT_EQ(stat((open_folder / file).c_str(), &status), 0);
    if (file != "stdout" && file != "stderr" && !file.ends_with("assay.lock")) {  // the lock is everybody's
      EXPECT_EQ(status.st_mode & 0022U, 0U) << file;
    }
    if (file.ends_with("ledger.ndjson") || file.ends_with("salt")) {
      EXPECT_EQ(status.st_mode & 0077U, 0U) << file;
    }
  }
}

TEST_F(Workbench, HandsOutNoFileOfTheMachine) {
  for (const char* path : {"/../../../../etc/passwd", "//etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                           "/..%2f..%2fetc/passwd", "/kit/../../etc", "/api/runs/../../../etc/passwd",
                           "/api/runs/..%2f..%2fetc%2fpasswd?track=edge", "/api/state?track=../../../etc",
                           "/api/state?track=/etc/passwd", "/api/report?track=../..&format=../../etc/passwd"}) {
    const std::string answer = answer_to(asked(path));
    EXPECT_THAT(answer, Not(HasSubstr("root:"))) << path;
    EXPECT_LT(status_of(answer), 500) << path;
  }
  EXPECT_THAT(status_of(post("/api/labs", R"({"track":"/etc/passwd"})")),
              ::testing::AllOf(::testing::Ge(400), ::testing::Lt(500)));
  EXPECT_THAT(status_of(post("/api/labs", R"({"track":"../../evil"})")),
              ::testing::AllOf(::testing::Ge(400), ::testing::Lt(500)));
}

TEST_F(Workbench, SaysNothingOfTheTokenToWhoGuesses) {
  std::string wrong = token;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  const std::string answer =
      answer_to({.port = port, .path = "/api/state", .headers = "Authorization: Bearer " + wrong + "\r\n"});
  EXPECT_EQ(status_of(answer), 401);
  EXPECT_THAT(answer, Not(HasSubstr(token)));
  EXPECT_THAT(answer, Not(HasSubstr(wrong))) << "nothing of a request comes back";
  EXPECT_EQ(status_of(answer_to({.port = port, .path = "/api/state?t=" + token})), 401) << "not in an address";
  EXPECT_EQ(status_of(answer_to({.port = port, .path = "/api/state", .headers = "Cookie: t=" + token + "\r\n"})), 401);
  program->signal(SIGTERM);
  const test_support::ProgramResult result = program->finish();
  EXPECT_THAT(result.err, Not(HasSubstr(token)));
}

}  // namespace
}  // namespace assay
