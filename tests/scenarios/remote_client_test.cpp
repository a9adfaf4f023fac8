#include "scenarios/remote/remote_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "analysis/run_document.hpp"
#include "harness/machine.hpp"
#include "harness/steady_clock.hpp"
#include "loadgen/load_generator.hpp"
#include "scenarios/remote/request_text.hpp"
#include "scenarios/workload.hpp"
#include "tests/mock/mock_server.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using test_support::MockScript;
using test_support::MockServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

/// A scripted server on a thread of its own.
class Server {
 public:
  explicit Server(const MockScript& script) : server_(script), thread_([this] { server_.run(); }) {}
  ~Server() {
    server_.stop();
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::string first_request() {
    server_.stop();
    thread_.join();
    return server_.first_request();
  }

 private:
  MockServer server_;
  std::thread thread_;
};

constexpr MockScript kQuick{.first_token = 200us, .token_gap = 20us};

WorkloadRequest request_to(const std::string& url, std::string protocol = "openai") {
  WorkloadRequest request{.name = std::move(protocol)};
  request.remote = {
      .url = url, .model = "mock", .prompt_tokens = 16, .max_tokens = 8, .connections = 4, .timeout = 30s};
  request.parameters = {{"samples", "8"}};
  return request;
}

std::unique_ptr<Workload> workload_for(const WorkloadRequest& request) {
  const std::vector<int> cpus = detect_machine().allowed_cpus();
  return make_workload(request, 1, {cpus.front()}, WaitPolicy{}, {.pinned = false, .all_cpus = cpus});
}

struct FinishedRun {
  TestResult result;
  RunDocument document;
};

FinishedRun run(Workload& workload, Scenario scenario, std::uint64_t queries = 40) {
  TestSettings settings = TestSettings::defaults_for(scenario);
  settings.token_latencies = true;
  settings.min_duration = Nanoseconds{0};
  settings.min_query_count = queries;
  settings.max_query_count = scenario == Scenario::offline ? 0 : queries;
  settings.server_target_qps = 2000;
  settings.samples_per_query = 4;
  SteadyClock clock;
  FinishedRun run{.result = run_test(settings, workload.system(), workload.library(), {.clock = clock}),
                  .document = {}};
  run.document.valid = true;
  workload.add_findings(run.document);
  return run;
}

TEST(RemoteClient, AnswersAllFourScenariosTokenByToken) {
  const Server server(kQuick);
  const auto workload = workload_for(request_to(server.url()));
  EXPECT_EQ(workload->identity().parameters.at("tokens_by"), "usage of each chunk");
  EXPECT_EQ(workload->identity().parameters.count("sut"), 0U) << "two servers are compared, not told apart";
  for (const Scenario scenario :
       {Scenario::single_stream, Scenario::multi_stream, Scenario::server, Scenario::offline}) {
    const FinishedRun done = run(*workload, scenario);
    EXPECT_THAT(done.result.errors, IsEmpty());
    EXPECT_GE(done.result.records.size(), 40U);
    for (const QueryRecord& record : done.result.records) {
      ASSERT_TRUE(record.completed());
      EXPECT_EQ(record.token_count, 8U);
      EXPECT_GE(record.first_token_ns - record.issued_ns, 200'000);
      EXPECT_GE(record.completed_ns - record.first_token_ns, 0);
    }
    ASSERT_TRUE(done.document.remote);
    EXPECT_GE(done.document.remote->events, 40U * 8U);
    EXPECT_TRUE(done.document.errors.empty());
  }
}

TEST(RemoteClient, AsksForExactlyWhatTheDocumentationSays) {
  Server server(kQuick);
  WorkloadRequest request = request_to(server.url());
  request.remote.api_key = "sk-geheim-1234";
  const auto workload = workload_for(request);
  for (const auto& [name, value] : workload->identity().parameters) {
    EXPECT_THAT(value, Not(HasSubstr("geheim")));
  }
  const std::string sent = server.first_request();
  EXPECT_THAT(sent, HasSubstr("POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_THAT(sent, HasSubstr("\r\nAuthorization: Bearer sk-geheim-1234\r\n"));
  EXPECT_THAT(sent, HasSubstr(R"({"model":"mock","prompt":[)"));
  EXPECT_THAT(sent,
              HasSubstr(R"("max_tokens":8,"temperature":0,"stream":true,"stream_options":{"include_usage":true,)"
                        R"("continuous_usage_stats":true},"cache_prompt":false,"ignore_eos":true,"min_tokens":8})"));
  const std::string prompt = sent.substr(sent.find('[') + 1, sent.find(']') - sent.find('[') - 1);
  EXPECT_EQ(std::ranges::count(prompt, ','), 15);
}

struct Case {
  MockScript script;
  std::string protocol;
  std::string counted_by;
};

TEST(RemoteClient, UnderstandsTheOtherWaysOfAnswering) {
  const std::vector<Case> cases{
      {{.first_token = 200us, .token_gap = 20us, .usage = MockScript::Usage::end, .role_chunk = true},
       "openai-chat",
       "usage at the end"},
      {{.first_token = 200us, .token_gap = 20us, .tokens_a_chunk = 3, .pieces = 7}, "openai", "usage of each chunk"},
      {{.first_token = 200us, .token_gap = 20us, .empty_text = true}, "openai", "usage of each chunk"},
      {{.first_token = 200us, .token_gap = 20us, .usage = MockScript::Usage::none}, "openai", "chunks"},
      {{.first_token = 200us, .token_gap = 20us}, "triton", "chunks"},
      {{.first_token = 200us, .exponential = true, .seed = 7}, "kserve", ""}};
  for (const Case& one : cases) {
    const Server server(one.script);
    WorkloadRequest request = request_to(server.url(), one.protocol);
    if (one.protocol == "kserve") {
      request.parameters["input"] = "x:FP32:2x3";
    }
    const auto workload = workload_for(request);
    const FinishedRun done = run(*workload, Scenario::server);
    for (const QueryRecord& record : done.result.records) {
      EXPECT_TRUE(record.completed()) << one.protocol;
      EXPECT_EQ(record.token_count, one.protocol == "kserve" ? 0U : 8U) << one.protocol << one.counted_by;
    }
    EXPECT_EQ(done.document.remote->token_count_by, one.counted_by);
  }
}

struct Fault {
  MockScript::Fault fault;
  std::string name;
};

TEST(RemoteClient, CountsEachErrorInItsClassAndNoneAsASuccess) {
  for (const Fault& one : std::vector<Fault>{{MockScript::Fault::close, "remote_broken_stream"},
                                             {MockScript::Fault::cut, "remote_broken_stream"},
                                             {MockScript::Fault::bad_json, "remote_broken_stream"},
                                             {MockScript::Fault::no_done, "remote_broken_stream"},
                                             {MockScript::Fault::status, "remote_http_status"},
                                             {MockScript::Fault::error, "remote_server_error"},
                                             {MockScript::Fault::one_short, "remote_wrong_token_count"}}) {
    MockScript script = kQuick;
    script.fault = one.fault;
    script.status = 429;
    script.fault_every = 4;
    const Server server(script);
    const auto workload = workload_for(request_to(server.url()));  // the first of 41
    const FinishedRun done = run(*workload, Scenario::server);
    EXPECT_THAT(done.document.errors, ElementsAre(Pair(one.name, 10U)));
    EXPECT_EQ(done.result.errors.at(ResponseError::failed), 10U);
    EXPECT_EQ(std::ranges::count_if(done.result.records, &QueryRecord::completed), 30);
    EXPECT_FALSE(done.document.valid);
    EXPECT_THAT(done.document.invalid_reasons, ::testing::Contains(::testing::Field(&InvalidReason::code, one.name)));
    if (one.fault == MockScript::Fault::status) {
      EXPECT_THAT(done.document.remote->statuses, ElementsAre(Pair("429", 10U)));
    }
  }
}

TEST(RemoteClient, AStreamThatStallsIsATimeout) {
  MockScript script = kQuick;
  script.fault = MockScript::Fault::stall;
  script.fault_every = 5;
  const Server server(script);
  WorkloadRequest request = request_to(server.url());
  request.remote.timeout = 200ms;
  const auto workload = workload_for(request);
  const FinishedRun done = run(*workload, Scenario::server, 9);
  ASSERT_TRUE(done.document.errors.contains("remote_timeout"));
  EXPECT_GE(done.document.errors.at("remote_timeout"), 2U);  // on a busy machine more may be late
}

TEST(RemoteClient, AServerThatDiesEndsTheRunAndWhatWasMeasuredStays) {
  MockScript script = kQuick;
  script.die_after = 20;
  const Server server(script);
  const auto workload = workload_for(request_to(server.url()));
  bool ended = false;
  workload->on_failure([&ended] { ended = true; });
  const FinishedRun done = run(*workload, Scenario::single_stream, 400);
  EXPECT_TRUE(ended);
  EXPECT_THAT(workload->failure(), HasSubstr("takes no connections any more"));
  EXPECT_FALSE(done.document.valid);
  EXPECT_GE(done.document.errors.at("remote_refused"), 64U);
  EXPECT_EQ(std::ranges::count_if(done.result.records, &QueryRecord::completed), 19);  // one was asked before the run
}

std::string failure_of(const WorkloadRequest& request) {
  try {
    (void)workload_for(request);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "it was taken";
}

TEST(RemoteClient, SaysInOneLineWhyItCannotBegin) {
  std::string gone;
  {
    const MockServer none(kQuick);
    gone = none.url();
  }
  EXPECT_THAT(failure_of(request_to(gone)), HasSubstr("no connection: Connection refused"));
  MockScript script = kQuick;
  script.fault = MockScript::Fault::echo_key;
  const Server server(script);
  WorkloadRequest request = request_to(server.url());
  request.remote.api_key = "sk-geheim-1234";
  EXPECT_THAT(failure_of(request), HasSubstr("the first request failed: remote_http_status 401"));
  EXPECT_THAT(failure_of(request), Not(HasSubstr("geheim")));
}

TEST(RemoteRequest, ListsEveryValueThatMakesNoSense) {
  WorkloadRequest request = request_to("http://host:99999");
  request.remote.model = "a \"b\"";
  request.remote.max_tokens = 0;
  request.remote.connections = 0;
  request.remote.timeout = 0s;
  request.remote.api_key = "two words";
  request.parameters = {{"samples", "0"}, {"vocabulary", "many"}, {"tokens", "3"}};
  request.batching.max_batch = 2;
  const auto problems = problems_of(request);
  EXPECT_THAT(problems, SizeIs(10)) << ::testing::PrintToString(problems);
  for (const std::string& problem : problems) {
    EXPECT_THAT(problem, Not(HasSubstr("two words")));
    EXPECT_THAT(problem, Not(HasSubstr("\n")));
  }
  EXPECT_THAT(problems_of(request_to("")), ElementsAre(HasSubstr("--sut: workload openai takes the address")));
  EXPECT_THAT(problems_of(request_to("http://h", "kserve")), ElementsAre(HasSubstr("--param input")));
}

}  // namespace
}  // namespace assay
