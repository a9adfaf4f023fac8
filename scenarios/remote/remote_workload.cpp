#include "scenarios/remote/remote_workload.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "scenarios/query_warm_up.hpp"
#include "scenarios/remote/remote_findings.hpp"
#include "scenarios/remote/request_text.hpp"
#include "scenarios/synthetic_sut.hpp"

namespace assay {

namespace {

KernelIdentity identity_of(const RemotePlan& plan, const RemoteRequest& request) {
  KernelIdentity identity{.name = std::string(name_of(plan.protocol))};
  auto& parameters = identity.parameters;
  parameters["model"] = plan.model;
  parameters["connections"] = fmt::format("{}", request.connections);
  const RemotePlan usual;  // what is as usual needs no words
  if (plan.samples != usual.samples) {
    parameters["samples"] = fmt::format("{}", plan.samples);
  }
  if (plan.protocol == RemoteProtocol::kserve) {
    parameters["input"] =
        fmt::format("{}:{}:{}", plan.tensor->name, plan.tensor->datatype, fmt::join(plan.tensor->shape, "x"));
    return identity;
  }
  parameters["prompt_tokens"] = fmt::format("{}", plan.prompt_tokens);
  parameters["max_tokens"] = fmt::format("{}", plan.max_tokens);
  if (!answer_rule_of(plan).exact) {
    parameters["exact"] = "no";
  }
  if (plan.plain) {
    parameters["plain"] = "yes";
  }
  if (plan.protocol == RemoteProtocol::openai && plan.vocabulary != usual.vocabulary) {
    parameters["vocabulary"] = fmt::format("{}", plan.vocabulary);
  }
  return identity;
}

class RemoteWorkload final : public Workload {
 public:
  RemoteWorkload(const RemotePlan& plan, const RemoteRequest& request, RemoteClient::Options options)
      : client_(std::move(options)), library_(plan.samples), identity_(identity_of(plan, request)) {
    client_.ask_once();
    record_.address = plan.url.text();
    record_.protocol = std::string(name_of(plan.protocol));
    record_.connections = request.connections;
    if (plan.protocol != RemoteProtocol::kserve) {
      record_.token_count_by = std::string(name_of(client_.counted_by()));
      identity_.parameters["tokens_by"] = record_.token_count_by;
    }
  }

  SystemUnderTest& system() override { return client_; }
  QuerySampleLibrary& library() override { return library_; }
  [[nodiscard]] bool synthetic() const override { return false; }
  [[nodiscard]] KernelIdentity identity() const override { return identity_; }
  [[nodiscard]] std::optional<Flops> work() const override { return std::nullopt; }
  [[nodiscard]] std::optional<Bytes> traffic() const override { return std::nullopt; }
  WarmUp warm_up(Nanoseconds duration, const std::stop_token& stop) override {
    return warm_up_by_queries(client_, library_, duration, record_.connections, stop);
  }
  [[nodiscard]] ServiceAccounts accounts() const override {
    ServiceAccounts none;
    none.not_available = "a server does the work, and the client only waits for it";
    return none;
  }
  [[nodiscard]] std::string failure() const override { return client_.failure(); }
  void on_failure(const std::function<void()>& action) override { client_.on_failure(action); }
  void add_findings(RunDocument& document) const override {
    add_remote_findings(document, {.account = client_.account(), .errors = client_.errors(), .record = record_});
  }
  [[nodiscard]] std::string unchecked_reason() const override {
    return "of a server's answers the status, the form and the number of tokens are judged, not the text";
  }
  [[nodiscard]] std::optional<ResponseCheck> check(const TestResult&) const override { return std::nullopt; }

 private:
  RemoteClient client_;
  NumberedSampleLibrary library_;
  KernelIdentity identity_;
  RemoteRecord record_;
};

RemotePlan sound_plan(RemoteProtocol protocol, const WorkloadRequest& request) {
  std::vector<std::string> problems;
  RemotePlan plan = plan_of(protocol, request.remote, request.parameters, problems);
  if (!problems.empty()) {
    throw std::invalid_argument(fmt::format("{}", fmt::join(problems, "\n")));
  }
  return plan;
}

}  // namespace

std::string_view summary_of(RemoteProtocol protocol) {
  switch (protocol) {
    case RemoteProtocol::openai:
      return "a server with OpenAI's completions (--sut URL --model NAME), streaming, prompts of token ids";
    case RemoteProtocol::openai_chat:
      return "a server with OpenAI's chat completions (--sut URL --model NAME), streaming, prompts of words";
    case RemoteProtocol::triton:
      return "a Triton server's generate_stream (--sut URL --model NAME), prompts of words";
    case RemoteProtocol::kserve:
      return "a server with KServe's v2 infer (--sut URL --model NAME --param input=x:FP32:1x16)";
  }
  return "";
}

std::vector<KernelParameter> parameters_of(RemoteProtocol protocol) {
  std::vector<KernelParameter> parameters{
      {.name = "samples", .meaning = "different requests, made before the run", .default_value = "256"}};
  if (protocol == RemoteProtocol::kserve) {
    parameters.push_back({.name = "input", .meaning = "the tensor sent: NAME:DATATYPE:SHAPE", .default_value = ""});
    return parameters;
  }
  if (protocol == RemoteProtocol::openai) {
    parameters.push_back({.name = "vocabulary", .meaning = "token ids are below it", .default_value = "32000"});
  }
  if (protocol != RemoteProtocol::triton) {
    parameters.push_back({.name = "exact", .meaning = "no: answers may be shorter", .default_value = "yes"});
    parameters.push_back(
        {.name = "plain", .meaning = "yes: only fields that OpenAI itself knows", .default_value = "no"});
  }
  return parameters;
}

std::vector<std::string> remote_problems(RemoteProtocol protocol, const WorkloadRequest& request) {
  std::vector<std::string> problems;
  if (request.remote.url.empty()) {
    problems.push_back(
        fmt::format("--sut: workload {} takes the address of a server, e.g. http://127.0.0.1:8000/v1", request.name));
    return problems;
  }
  (void)plan_of(protocol, request.remote, request.parameters, problems);
  if (request.batching.max_batch != 1) {
    problems.push_back(
        fmt::format("--batch {}: the server makes its own batches; leave it out", request.batching.max_batch));
  }
  if (request.hedge) {
    problems.emplace_back("--hedge: a request to a server has no second worker; leave it out");
  }
  return problems;
}

std::uint64_t remote_library_size(RemoteProtocol protocol, const WorkloadRequest& request) {
  return sound_plan(protocol, request).samples;
}

std::unique_ptr<Workload> make_remote_workload(RemoteProtocol protocol, const WorkloadRequest& request,
                                               std::uint64_t seed, const std::vector<int>& worker_cpus,
                                               const WaitPolicy& wait, const WorkerManner& manner) {
  const RemotePlan plan = sound_plan(protocol, request);
  return std::make_unique<RemoteWorkload>(
      plan, request.remote,
      RemoteClient::Options{.url = plan.url,
                            .requests = request_texts(plan, request.remote.api_key, seed),
                            .rule = answer_rule_of(plan),
                            .connections = request.remote.connections,
                            .request_timeout = request.remote.timeout,
                            .reactor_cpus = worker_cpus,
                            .wait = wait,
                            .manner = manner,
                            .secret = request.remote.api_key});
}

}  // namespace assay
