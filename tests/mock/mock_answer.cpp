#include "tests/mock/mock_answer.hpp"

#include <fmt/format.h>

#include <charconv>

namespace assay::test_support {

namespace {

std::string usage_field(std::uint32_t count) {
  constexpr std::uint32_t kPrompt = 128;
  return fmt::format(R"(,"usage":{{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{}}})", kPrompt, count,
                     kPrompt + count);
}

}  // namespace

MockQuestion question_from(std::string_view head, std::string_view body) {
  MockQuestion question;
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const auto asks = [line](std::string_view path) { return line.find(path) != std::string_view::npos; };
  question.kind = asks("/chat/completions")   ? MockQuestion::Kind::chat
                  : asks("/completions")      ? MockQuestion::Kind::completion
                  : asks("/generate_stream ") ? MockQuestion::Kind::triton
                  : asks("/infer ")           ? MockQuestion::Kind::kserve
                                              : MockQuestion::Kind::unknown;
  constexpr std::string_view kTokens = R"("max_tokens":)";
  if (const auto at = body.find(kTokens); at != std::string_view::npos) {
    std::from_chars(body.data() + at + kTokens.size(), body.data() + body.size(), question.tokens);
  }
  constexpr std::string_view kKey = "Authorization: Bearer ";
  if (const auto at = head.find(kKey); at != std::string_view::npos) {
    const std::string_view rest = head.substr(at + kKey.size());
    question.key = std::string(rest.substr(0, rest.find("\r\n")));
  }
  return question;
}

std::string event_chunk(std::string_view data) {
  constexpr std::size_t kAround = 8;  // "data: " and two ends of lines
  return fmt::format("{:x}\r\ndata: {}\n\n\r\n", data.size() + kAround, data);
}

std::string token_json(const MockScript& script, MockQuestion::Kind kind, std::uint32_t count, bool is_last) {
  const std::string_view text = script.empty_text ? "" : " token";
  const std::string_view finish = is_last ? R"("length")" : "null";
  const std::string usage = script.usage == MockScript::Usage::each ? usage_field(count) : "";
  if (kind == MockQuestion::Kind::triton) {
    return fmt::format(R"({{"model_name":"mock","model_version":"1","text_output":"{}"}})", text);
  }
  if (kind == MockQuestion::Kind::chat) {
    return fmt::format(R"({{"id":"chatcmpl-mock","object":"chat.completion.chunk","created":0,"model":"mock",)"
                       R"("choices":[{{"index":0,"delta":{{"content":"{}"}},"finish_reason":{}}}]{}}})",
                       text, finish, usage);
  }
  return fmt::format(
      R"({{"id":"cmpl-mock","object":"text_completion","created":0,"model":"mock",)"
      R"("choices":[{{"index":0,"text":"{}","logprobs":null,"finish_reason":{},"stop_reason":null}}]{}}})",
      text, finish, usage);
}

std::string role_json() {
  return R"({"id":"chatcmpl-mock","object":"chat.completion.chunk","created":0,"model":"mock",)"
         R"("choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})";
}

std::string end_json(const MockScript& script, std::uint32_t count, const MockTruth& truth) {
  return fmt::format(R"({{"mock":[{},{},{}],"id":"cmpl-mock","choices":[]{}}})", truth.received_ns, truth.first_ns,
                     truth.last_ns, script.usage == MockScript::Usage::none ? "" : usage_field(count));
}

std::string stream_head() {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
}

std::string whole_answer(int status, std::string_view body) {
  return fmt::format("HTTP/1.1 {} mock\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
                     body.size(), body);
}

}  // namespace assay::test_support
