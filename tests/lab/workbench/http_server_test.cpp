#include "lab/workbench/http_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lab/command_error.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/workbench/plain_client.hpp"

namespace assay {
namespace {

using test_support::answer_to;
using test_support::body_of;
using test_support::PlainClient;
using test_support::status_of;
using ::testing::HasSubstr;

/// A server that says what it was asked, in a thread of its own.
class RunningServer {
 public:
  explicit RunningServer(const HttpServerOptions& options = {}) : server(options) {
    thread_ = std::thread([this] {
      server.serve([](const HttpRequest& request) {
        HttpResponse response;
        response.type = "text/plain";
        response.is_event_stream = request.path == "/events";
        response.has_token = request.authorization.has_value();
        response.body = request.method + " " + request.path + "?" + request.query + " " + request.host + " " +
                        request.origin.value_or("none") + " " + std::to_string(request.body.size());
        response.headers = {{"X-Own", "here"}};
        return response;
      });
    });
  }
  ~RunningServer() {
    server.stop();
    thread_.join();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  /// Waits until the server's thread has come by.
  void sync() {
    std::promise<void> done;
    server.post([&done] { done.set_value(); });
    done.get_future().wait();
  }

  HttpServer server;

 private:
  std::thread thread_;
};

bool has_no_server() {
  try {
    const HttpServer server({});
    return false;
  } catch (const CommandError& error) {
    return error.code() == ExitCode::environment_refused;
  }
}

class HttpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (has_no_server()) {
      GTEST_SKIP() << "built without the workbench";
    }
    running = std::make_unique<RunningServer>();
    port = running->server.port();
  }
  std::unique_ptr<RunningServer> running;
  std::uint16_t port = 0;
};

TEST_F(HttpServerTest, HandsTheRequestOnAndTheAnswerBack) {
  const std::string answer = answer_to(
      {.port = port, .method = "POST", .path = "/a/b?c=d", .headers = "Origin: http://x\r\n", .body = "12345"});
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(body_of(answer), "POST /a/b?c=d 127.0.0.1:" + std::to_string(port) + " http://x 5");
  EXPECT_THAT(answer, HasSubstr("X-Own: here\r\n"));
}

TEST_F(HttpServerTest, KeepsAConnectionForTheNextRequest) {
  PlainClient client(port);
  for (const char* path : {"/one", "/two"}) {
    client.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.until(" 0"), HasSubstr(std::string("GET ") + path));
  }
}

// Two hosts: which one would be checked, and which one used?
TEST_F(HttpServerTest, SeesNoHostWhereThereAreTwo) {
  EXPECT_THAT(answer_to({.port = port, .headers = "Host: evil.example\r\n"}), HasSubstr("GET /?  none 0"));
}

TEST_F(HttpServerTest, LimitsHeaderAndBody) {
  EXPECT_EQ(status_of(answer_to({.port = port, .headers = "X: " + std::string(9000, 'x') + "\r\n"})), 431);
  EXPECT_EQ(status_of(answer_to({.port = port, .method = "POST", .body = std::string(1 << 20, 'x')})), 413);
  EXPECT_EQ(status_of(answer_to({.port = port, .method = "POST", .body = std::string(64 * 1024, 'x')})), 200);
  EXPECT_EQ(status_of(answer_to(
                {.port = port,
                 .method = "POST",
                 .headers = "Transfer-Encoding: chunked\r\n\r\n20000\r\n" + std::string(0x20000, 'x') + "\r\n0\r\n"})),
            413);
}

TEST_F(HttpServerTest, RefusesWhatIsNoRequest) {
  PlainClient client(port);
  client.send("hello\r\n\r\n");
  EXPECT_EQ(status_of(client.rest()), 400);
}

TEST_F(HttpServerTest, TellsEveryOpenStream) {
  PlainClient first(port);
  PlainClient second(port);
  for (PlainClient* client : {&first, &second}) {
    client->send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string head = client->until("retry: 2000\n\n");
    EXPECT_EQ(status_of(head), 200);
    EXPECT_THAT(head, HasSubstr("X-Own: here\r\n"));
  }
  running->server.post([this] { running->server.publish("state", R"({"a":1})"); });
  EXPECT_EQ(first.until("\n\n"), "event: state\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(second.until("\n\n"), "event: state\ndata: {\"a\":1}\n\n");
}

// Neither one who does not read, nor one who does not finish asking, holds up another.
TEST_F(HttpServerTest, ClosesASlowReaderAndServesTheOthers) {
  PlainClient slow(port);
  slow.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  (void)slow.until("retry: 2000\n\n");
  const PlainClient unfinished(port);
  unfinished.send("GET / HTTP/1.1\r\nHost");
  constexpr int kMessages = 400;
  running->server.post([this] {
    for (int i = 0; i < kMessages; ++i) {
      running->server.publish("state", std::string(64 * 1024, 'x'));
    }
  });
  running->sync();
  EXPECT_EQ(status_of(answer_to({.port = port})), 200);
  EXPECT_LT(slow.rest().size(), std::size_t{kMessages} * 64 * 1024) << "it was closed before it had everything";
}

// A byte now and then does not make a request longer than the patience with it (a "slow loris").
TEST(HttpServerPatience, EndsWithARequestThatIsNeverWhole) {
  if (has_no_server()) {
    GTEST_SKIP() << "built without the workbench";
  }
  RunningServer running({.patience = std::chrono::milliseconds{100}});
  PlainClient slow(running.server.port());
  slow.send("GET / HTTP/1.1\r\nX: ");
  const std::jthread dribble([&slow](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      slow.send("x");
      (void)poll(nullptr, 0, 5);  // few enough for the limit of a header
    }
  });
  EXPECT_EQ(slow.rest(), "") << "closed without an answer";
}

// Two lengths, or a length and chunks: whoever believes the other one sees a second request in the body of the first.
TEST_F(HttpServerTest, BelievesNoRequestOfTwoLengths) {
  const std::string second = "GET /second HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const std::string& lengths :
       {std::string("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        std::string("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        std::string("Content-Length: 0\r\nContent-Length: 5\r\n\r\n"), std::string("Content-Length: -1\r\n\r\n"),
        std::string("Content-Length: 0x4\r\n\r\n"), std::string("Content-Length : 0\r\n\r\n"),
        std::string("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n")}) {
    PlainClient client(port);
    client.send("POST /first HTTP/1.1\r\nHost: h\r\n" + lengths + second);
    const std::string answer = client.rest();
    EXPECT_EQ(status_of(answer), 400) << lengths;
    EXPECT_EQ(answer.find("/second"), std::string::npos) << lengths;
  }
}

TEST_F(HttpServerTest, EndsWhileStreamsAreOpen) {
  PlainClient client(port);
  client.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  (void)client.until("retry: 2000\n\n");
  running.reset();
  EXPECT_EQ(client.rest(), "");
}

TEST_F(HttpServerTest, ServesOnlySoManyAtATime) {
  constexpr int kMost = 64;
  std::vector<std::unique_ptr<PlainClient>> clients;
  for (int i = 0; i < kMost; ++i) {
    clients.push_back(std::make_unique<PlainClient>(port));
    clients.back()->send("GET /events HTTP/1.1\r\nHost: h\r\nAuthorization: t\r\n\r\n");
    (void)clients.back()->until("retry: 2000\n\n");
  }
  EXPECT_EQ(answer_to({.port = port}), "");
  clients.clear();
}

// Any user of the machine can open connections and leave them half asked.
TEST_F(HttpServerTest, TheOldestStrangerMakesRoom) {
  constexpr int kMost = 64;
  PlainClient owner(port);
  owner.send("GET /events HTTP/1.1\r\nHost: h\r\nAuthorization: t\r\n\r\n");
  (void)owner.until("retry: 2000\n\n");
  std::vector<std::unique_ptr<PlainClient>> strangers;
  for (int i = 1; i < kMost; ++i) {
    strangers.push_back(std::make_unique<PlainClient>(port));
    strangers.back()->send("GET /late HTTP/1.1\r\nHost");
  }
  EXPECT_EQ(status_of(answer_to({.port = port, .headers = "Authorization: t\r\n"})), 200);
  EXPECT_EQ(strangers[0]->rest(), "") << "it made room";
  running->server.post([this] { running->server.publish("state", "1"); });
  EXPECT_EQ(owner.until("\n\n"), "event: state\ndata: 1\n\n") << "who came first, with the token, did not";
  strangers[1]->send(": h\r\n\r\n");
  EXPECT_THAT(strangers[1]->until(" 0"), HasSubstr("GET /late")) << "one was enough";
}

// Whoever has shown the token keeps the connection for longer than a stranger does.
TEST(HttpServerPatience, IsShortWithStrangers) {
  if (has_no_server()) {
    GTEST_SKIP() << "built without the workbench";
  }
  RunningServer running({.patience = std::chrono::hours{1}, .stranger_patience = std::chrono::milliseconds{50}});
  PlainClient owner(running.server.port());
  owner.send("GET /one HTTP/1.1\r\nHost: h\r\nAuthorization: t\r\n\r\n");
  EXPECT_THAT(owner.until(" 0"), HasSubstr("GET /one"));
  PlainClient stranger(running.server.port());
  stranger.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(stranger.until(" 0"), HasSubstr("GET /"));
  EXPECT_EQ(stranger.rest(), "") << "closed 50 ms after its answer";
  owner.send("GET /two HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(owner.until(" 0"), HasSubstr("GET /two"));
}

TEST_F(HttpServerTest, DoesSomethingAgainAndAgainWhileItServes) {
  HttpServer server({});
  int count = 0;
  server.every(std::chrono::milliseconds{1}, [&] {
    if (++count == 3) {
      server.stop();
    }
  });
  server.serve([](const HttpRequest&) { return HttpResponse{}; });
  EXPECT_GE(count, 3);
}

TEST_F(HttpServerTest, SaysThatAPortIsTaken) {
  try {
    const HttpServer second({.port = port});
    FAIL();
  } catch (const CommandError& error) {
    EXPECT_EQ(error.code(), ExitCode::file);
    EXPECT_THAT(error.what(), HasSubstr("--port " + std::to_string(port)));
  }
}

TEST_F(HttpServerTest, ListensOnASocketForItsOwnerOnly) {
  const test_support::ScratchFolder folder;
  const std::string path = folder / "assay.sock";
  {
    const RunningServer server({.socket_path = path});
    struct stat status {};
    ASSERT_EQ(lstat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    PlainClient client(path);
    client.send("GET / HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.rest(), HasSubstr("localhost:8080"));
    EXPECT_THROW(HttpServer({.socket_path = path}), CommandError) << "one that is served is not taken away";
  }
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace assay
