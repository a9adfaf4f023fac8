// A real server driven by the program itself, end to end, with the scripted one in its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/lab/program.hpp"
#include "tests/mock/mock_server.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test_support::MockScript;
using test_support::MockServer;
using test_support::Program;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

using Arguments = std::vector<std::string>;

class ProgramRemote : public ::testing::Test {
 protected:
  ~ProgramRemote() override {
    server.stop();
    thread.join();
  }
  /// A short run in Server against the scripted one.
  [[nodiscard]] Arguments run(const Arguments& more) const {
    Arguments arguments{"run",   "--sut",      server.url(), "--model",       "mock",   "--max-tokens", "8",
                        "--out", "results",    "--scenario", "server",        "--rate", "100",          "--warmup",
                        "10ms",  "--duration", "200ms",      "--min-queries", "20"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  [[nodiscard]] json only_result() const {
    for (const std::string& name : folder.files()) {
      if (name.starts_with("results/")) {
        return json::parse(test_support::text_of(folder / name));
      }
    }
    return {};
  }

  ScratchFolder folder;
  MockScript script{.first_token = 1ms, .token_gap = 100us};
  MockServer server{script};
  std::thread thread{[this] { server.run(); }};
};

TEST_F(ProgramRemote, WritesWhatItMeasuredAndNoKey) {
  setenv("ASSAY_API_KEY", "sk-geheim-1234", 1);
  const ProgramResult result = run_assay(folder, run({"--ttft", "10s", "--tpot", "10s", "--events", "ndjson"}));
  unsetenv("ASSAY_API_KEY");
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  const json file = only_result();
  EXPECT_EQ(file.at("workload").at("name"), "openai");
  EXPECT_EQ(file.at("workload").at("params").at("ttft_window_s"), 10);
  EXPECT_EQ(file.at("remote").at("address"), server.url());
  EXPECT_GT(file.at("result").at("first_token").at("count"), 0);
  EXPECT_GT(file.at("result").at("token_time").at("count"), 0);
  EXPECT_TRUE(file.at("result").at("errors").empty()) << file.at("result").at("errors");
  for (const std::string& name : folder.files()) {
    EXPECT_THAT(test_support::text_of(folder / name), Not(HasSubstr("geheim"))) << name;
  }
  EXPECT_THAT(result.out + result.err, Not(HasSubstr("geheim")));
}

TEST_F(ProgramRemote, AnInterruptKeepsWhatWasMeasured) {
  Program program(folder, run({"--duration", "1h", "--events", "ndjson"}));
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  program.signal(SIGINT);
  EXPECT_EQ(program.finish().exit_code, 130);
  EXPECT_EQ(only_result().at("result").at("interrupted"), true);
}

TEST(ProgramRemoteFault, AServerThatDiesLeavesAnInvalidResult) {
  const ScratchFolder folder;
  MockServer server({.first_token = 100us, .token_gap = 10us, .die_after = 200});
  std::thread thread([&server] { server.run(); });
  const ProgramResult result = run_assay(folder, {"run", "--sut", server.url(), "--model", "mock", "--max-tokens", "4",
                                                  "--out", "results", "--warmup", "1ms", "--duration", "1h", "--json"});
  thread.join();
  EXPECT_EQ(result.exit_code, 3) << result.err;
  const json file = json::parse(result.out);
  EXPECT_EQ(file.at("result").at("valid"), false);
  EXPECT_EQ(file.at("result").at("interrupted"), false);
  EXPECT_EQ(file.at("result").at("invalid_reasons").at(0).at("code"), "workload_failed");
  EXPECT_GE(file.at("result").at("errors").at("remote_refused"), 64);
}

TEST(ProgramRemoteFault, BadAddressesGetOneLine) {
  for (const auto& [arguments, named] : std::vector<std::pair<Arguments, std::string>>{
           {{"run", "openai"}, "--sut: workload openai takes the address"},
           {{"run", "--sut", "localhost:80", "--model", "m"}, "--sut: 'localhost:80': expected http://HOST:PORT"},
           {{"run", "--sut", "https://host/v1", "--model", "m"}, "--sut: https is not built in"},
           {{"run", "--sut", "http://u:geheim@host", "--model", "m"}, "ASSAY_API_KEY"},
           {{"run", "--sut", "http://127.0.0.1:1"}, "--model ''"},
           {{"run", "gemm", "--sut", "http://127.0.0.1:1"}, "--sut: only workloads openai"},
           {{"run", "--sut", "http://127.0.0.1:1", "--model", "m", "--batch", "2"}, "--batch 2: the server makes"}}) {
    const ScratchFolder folder;
    const ProgramResult result = run_assay(folder, arguments);
    EXPECT_EQ(result.exit_code, 2) << named;
    EXPECT_THAT(result.err, HasSubstr(named));
    EXPECT_THAT(result.err, Not(HasSubstr("geheim")));
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }
  const ScratchFolder folder;
  const ProgramResult nobody =
      run_assay(folder, {"run", "--sut", "http://127.0.0.1:1/v1", "--model", "m", "--warmup", "1ms"});
  EXPECT_EQ(nobody.exit_code, 3);
  EXPECT_THAT(nobody.err, HasSubstr("--sut http://127.0.0.1:1/v1: no connection: "));
}

}  // namespace
}  // namespace assay
