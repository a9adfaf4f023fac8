#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
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

using testing::answer_to;
using testing::body_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::PlainClient;
using testing::PlainRequest;
using testing::status_of;

class Workbench : public ::testing::Test {
 protected:
  void SetUp() override {
    program = std::make_unique<testing::Program>(folder, std::vector<std::string>{"lab", "--no-open"});
    if (!program->wait_for_output("\n")) {
      const testing::ProgramResult result = program->finish();
      if (result.err.find("ASSAY_WITH_WORKBENCH=OFF") != std::string::npos) {
        GTEST_SKIP() << "built without the workbench";
      }
      FAIL() << result.err;
    }
    const std::string url = testing::text_of(folder / "stdout");
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

  testing::ScratchFolder folder;
  std::unique_ptr<testing::Program> program;
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
  EXPECT_THAT(testing::text_of("/proc/" + std::to_string(program->pid()) + "/cmdline"), Not(HasSubstr(token)));
  EXPECT_THAT(testing::text_of("/proc/" + std::to_string(program->pid()) + "/environ"), Not(HasSubstr(token)));
  for (const std::string& file : folder.files()) {
    if (file != "stdout") {  // the terminal
      EXPECT_THAT(testing::text_of(folder / file), Not(HasSubstr(token))) << file;
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
    std::istringstream children(testing::text_of((task.path() / "children").string()));
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
    EXPECT_TRUE(testing::wait_until_gone(process));
  }
  const testing::ProgramResult status = testing::run_assay(folder, {"lab", "status", "--track", "edge", "--json"});
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

}  // namespace
}  // namespace assay
