#include "scenarios/remote/request_text.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

#include "harness/random_bits.hpp"

namespace assay {

namespace {

/// The first ids of a vocabulary are often special: begin, end, padding.
constexpr std::uint64_t kFirstToken = 100;

std::uint64_t draw(std::uint64_t seed, std::uint64_t sample, std::uint64_t position) {
  return split_mix(seed ^ split_mix(sample ^ split_mix(position)));
}

/// "101,2345,...": a prompt whose length needs no tokenizer.
std::string token_ids(const RemotePlan& plan, std::uint64_t seed, std::uint64_t sample) {
  std::string ids;
  for (std::uint64_t i = 0; i < plan.prompt_tokens; ++i) {
    fmt::format_to(std::back_inserter(ids), "{}{}", i == 0 ? "" : ",",
                   kFirstToken + draw(seed, sample, i) % (plan.vocabulary - kFirstToken));
  }
  return ids;
}

/// As many short words as tokens were asked for. How many tokens a server makes of them is its own affair.
std::string words(const RemotePlan& plan, std::uint64_t seed, std::uint64_t sample) {
  constexpr std::array<std::string_view, 32> kWords{
      "the", "light", "of",   "day",  "is",    "long",  "and",  "a",   "stone", "may", "fall",
      "in",  "water", "when", "wind", "turns", "house", "with", "old", "trees", "by",  "river",
      "we",  "count", "each", "step", "home",  "again", "so",   "far", "from",  "here"};
  std::string text;
  for (std::uint64_t i = 0; i < plan.prompt_tokens; ++i) {
    text += i == 0 ? "" : " ";
    text += kWords[draw(seed, sample, i) % kWords.size()];
  }
  return text;
}

/// What makes an answer as long as it should be, where the server knows it: vLLM, SGLang, llama.cpp.
std::string_view length_fields(const RemotePlan& plan) {
  if (plan.plain) {
    return "";
  }
  return plan.exact ? R"(,"cache_prompt":false,"ignore_eos":true)" : R"(,"cache_prompt":false)";
}

std::string openai_fields(const RemotePlan& plan) {
  std::string fields =
      fmt::format(R"("max_tokens":{},"temperature":0,"stream":true,"stream_options":{{"include_usage":true{}}}{})",
                  plan.max_tokens, plan.plain ? "" : R"(,"continuous_usage_stats":true)", length_fields(plan));
  if (!plan.plain && plan.exact) {
    fields += fmt::format(R"(,"min_tokens":{})", plan.max_tokens);
  }
  return fields;
}

std::string tensor_body(const RemotePlan& plan, std::uint64_t seed, std::uint64_t sample) {
  const RemoteTensor& tensor = *plan.tensor;
  std::uint64_t count = 1;
  for (const std::uint64_t size : tensor.shape) {
    count *= size;
  }
  std::string data;
  for (std::uint64_t i = 0; i < count; ++i) {
    constexpr std::uint64_t kLevels = 1000;
    const std::uint64_t level = draw(seed, sample, i) % kLevels;
    fmt::format_to(std::back_inserter(data), "{}", i == 0 ? "" : ",");
    tensor.datatype == "FP32" ? fmt::format_to(std::back_inserter(data), "{}", static_cast<double>(level) / kLevels)
                              : fmt::format_to(std::back_inserter(data), "{}", level % 2);
  }
  return fmt::format(R"({{"inputs":[{{"name":"{}","shape":[{}],"datatype":"{}","data":[{}]}}]}})", tensor.name,
                     fmt::join(tensor.shape, ","), tensor.datatype, data);
}

std::string body_of(const RemotePlan& plan, std::uint64_t seed, std::uint64_t sample) {
  switch (plan.protocol) {
    case RemoteProtocol::openai:
      return fmt::format(R"({{"model":"{}","prompt":[{}],{}}})", plan.model, token_ids(plan, seed, sample),
                         openai_fields(plan));
    case RemoteProtocol::openai_chat:
      return fmt::format(R"({{"model":"{}","messages":[{{"role":"user","content":"{}"}}],{}}})", plan.model,
                         words(plan, seed, sample), openai_fields(plan));
    case RemoteProtocol::triton:
      return fmt::format(R"({{"text_input":"{}","max_tokens":{},"stream":true}})", words(plan, seed, sample),
                         plan.max_tokens);
    case RemoteProtocol::kserve:
      return tensor_body(plan, seed, sample);
  }
  return {};
}

std::string path_of(const RemotePlan& plan) {
  switch (plan.protocol) {
    case RemoteProtocol::openai:
      return plan.url.path + "/completions";
    case RemoteProtocol::openai_chat:
      return plan.url.path + "/chat/completions";
    case RemoteProtocol::triton:
      return fmt::format("{}/v2/models/{}/generate_stream", plan.url.path, plan.model);
    case RemoteProtocol::kserve:
      return fmt::format("{}/v2/models/{}/infer", plan.url.path, plan.model);
  }
  return {};
}

}  // namespace

std::vector<std::string> request_texts(const RemotePlan& plan, const std::string& api_key, std::uint64_t seed) {
  const std::string authorization = api_key.empty() ? "" : fmt::format("Authorization: Bearer {}\r\n", api_key);
  const std::string head = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: assay\r\nAccept: text/event-stream, application/json\r\n"
      "Accept-Encoding: identity\r\nContent-Type: application/json\r\n{}",
      path_of(plan), plan.url.authority(), authorization);
  std::vector<std::string> texts;
  texts.reserve(plan.samples);
  for (std::uint64_t sample = 0; sample < plan.samples; ++sample) {
    const std::string body = body_of(plan, seed, sample);
    texts.push_back(fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body.size(), body));
  }
  return texts;
}

}  // namespace assay
