#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "scenarios/remote/answer_chunk.hpp"
#include "scenarios/remote/answer_reader.hpp"
#include "scenarios/remote/http_response_reader.hpp"
#include "scenarios/remote/http_url.hpp"
#include "scenarios/remote/json_cursor.hpp"
#include "scenarios/remote/sse_stream.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Taken {
  std::string body;
  int status = 0;
  bool complete = false;
  bool keeps_alive = false;
  std::string problem;
  std::size_t left = 0;
  friend bool operator==(const Taken&, const Taken&) = default;
};

/// The bytes in two pieces, cut there.
Taken take(const std::string& bytes, std::size_t cut) {
  HttpResponseReader response;
  Taken taken;
  const auto on_body = [&taken](std::string_view piece) { taken.body += piece; };
  std::size_t used = response.feed(std::string_view(bytes).substr(0, cut), on_body);
  if (used == cut) {
    used += response.feed(std::string_view(bytes).substr(cut), on_body);
  }
  taken.status = response.status();
  taken.complete = response.complete();
  taken.keeps_alive = response.keeps_alive();
  taken.problem = response.problem();
  taken.left = bytes.size() - used;
  return taken;
}

void expect_everywhere(const std::string& bytes, const Taken& expected) {
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(take(bytes, cut), expected) << "cut at " << cut << ": " << take(bytes, cut).problem;
  }
}

TEST(HttpResponseReader, ReadsLengthsAndChunksCutAnywhere) {
  expect_everywhere("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
                    {.body = "hello", .status = 200, .complete = true, .keeps_alive = true});
  expect_everywhere(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n0A\r\n, you all!\r\n0\r\nT: r\r\n\r\n",
      {.body = "hello, you all!", .status = 200, .complete = true, .keeps_alive = true});
  expect_everywhere("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204\r\nconnection: Close\r\n\r\n",
                    {.status = 204, .complete = true});
  expect_everywhere("HTTP/1.0 503 busy\nContent-Length: 2\n\nno", {.body = "no", .status = 503, .complete = true});
}

TEST(HttpResponseReader, LeavesWhatFollowsAlone) {
  EXPECT_EQ(take("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP", 60).left, 4U);
}

TEST(HttpResponseReader, EndsWithTheConnectionWhereNothingElseTells) {
  HttpResponseReader response;
  std::string body;
  const auto on_body = [&body](std::string_view piece) { body += piece; };
  response.feed("HTTP/1.1 200 OK\r\n\r\nuntil the end", on_body);
  EXPECT_FALSE(response.complete());
  EXPECT_TRUE(response.close());
  EXPECT_FALSE(response.keeps_alive());
  EXPECT_EQ(body, "until the end");
  response.begin();
  response.feed("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", on_body);
  EXPECT_FALSE(response.close());
  EXPECT_THAT(std::string(response.problem()), HasSubstr("in the middle of its answer"));
}

TEST(HttpResponseReader, RefusesWhatIsNone) {
  for (const std::string& bytes : std::vector<std::string>{
           "SSH-2.0-OpenSSH\r\n", "HTTP/2 200 OK\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 2000\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n", "HTTP/1.1 200 OK\r\n folded\r\n",
           "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
           "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
           "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n"}) {
    for (std::size_t cut = 0; cut <= std::min<std::size_t>(bytes.size(), 100); ++cut) {
      EXPECT_THAT(take(bytes, cut).problem, Not(IsEmpty())) << bytes.substr(0, 80);
    }
  }
  std::string endless = "HTTP/1.1 200 OK\r\n";
  while (endless.size() < 2 * HttpResponseReader::kLargestHead) {
    endless += "X: y\r\n";
  }
  EXPECT_THAT(take(endless, 10).problem, HasSubstr("64 KiB"));
}

std::vector<std::string> events_of(const std::string& bytes, std::size_t cut) {
  SseStream stream;
  std::vector<std::string> events;
  const auto on_data = [&events](std::string_view data) { events.emplace_back(data); };
  EXPECT_TRUE(stream.feed(std::string_view(bytes).substr(0, cut), on_data));
  EXPECT_TRUE(stream.feed(std::string_view(bytes).substr(cut), on_data));
  return events;
}

TEST(SseStream, ReadsEventsCutAnywhere) {
  const std::string bytes =
      "\xef\xbb\xbf"
      "data: one\n\n: a comment\r\ndata:two\r\n\r\nevent: x\rdata: three\rid: 4\r\rdata\ndata: b\r\ndata:  c\n"
      "\n\n\nretry: 5\n\ndatum: no\n\ndata: [DONE]\n\ndata: no end\n";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_THAT(events_of(bytes, cut), ElementsAre("one", "two", "three", "\nb\n c", "[DONE]")) << "cut at " << cut;
  }
}

TEST(SseStream, KnowsThatAnEventWasCut) {
  SseStream stream;
  const auto ignore = [](std::string_view) {};
  EXPECT_TRUE(stream.feed("data: one\n\n", ignore));
  EXPECT_FALSE(stream.has_rest());
  EXPECT_TRUE(stream.feed("data: tw", ignore));
  EXPECT_TRUE(stream.has_rest());
  stream.begin();
  EXPECT_FALSE(stream.has_rest());
}

TEST(SseStream, AnEventWithoutEndIsRefused) {
  SseStream stream;
  const auto ignore = [](std::string_view) {};
  const std::string line = "data: " + std::string(65'000, 'x') + "\n";
  bool taken = true;
  for (std::size_t sent = 0; taken && sent < 3 * SseStream::kLargestEvent; sent += line.size()) {
    taken = stream.feed(line, ignore);
  }
  EXPECT_FALSE(taken);
  stream.begin();
  const std::string endless(65'000, 'x');
  taken = true;
  for (std::size_t sent = 0; taken && sent < 3 * SseStream::kLargestEvent; sent += endless.size()) {
    taken = stream.feed(endless, ignore);
  }
  EXPECT_FALSE(taken);
}

TEST(AnswerChunk, SaysWhatACompletionIs) {
  AnswerChunk chunk;
  ASSERT_TRUE(read_answer_chunk(
      R"({"id":"a","choices":[{"index":0,"text":" a \"}] b","logprobs":{"x":[1,{"y":null}]},"finish_reason":null}],)"
      R"("usage":{"prompt_tokens":7,"completion_tokens":3}})",
      chunk));
  EXPECT_TRUE(chunk.has_text && chunk.has_choices && !chunk.finished && !chunk.is_error);
  EXPECT_EQ(chunk.generated_count, 3U);
  EXPECT_EQ(chunk.prompt_count, 7U);
  ASSERT_TRUE(
      read_answer_chunk(R"({"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]})", chunk));
  EXPECT_FALSE(chunk.has_text) << "a role is no token";
  ASSERT_TRUE(
      read_answer_chunk(R"({"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"usage":null})", chunk));
  EXPECT_TRUE(chunk.has_text && chunk.finished && !chunk.generated_count);
  ASSERT_TRUE(read_answer_chunk(R"({"choices":[],"usage":{"completion_tokens":5}})", chunk));
  EXPECT_TRUE(!chunk.has_choices && chunk.generated_count == 5U);
  for (const char* text : {R"({"error":{"message":"no","code":1}})", R"({"error":"no"})",
                           R"({"object":"error","message":"no","code":400})"}) {
    ASSERT_TRUE(read_answer_chunk(text, chunk)) << text;
    EXPECT_TRUE(chunk.is_error) << text;
    EXPECT_EQ(chunk.error, "no");
  }
}

TEST(AnswerChunk, IsNothingElse) {
  AnswerChunk chunk;
  const std::string whole = R"({"choices":[{"text":"a\\","finish_reason":null}],"usage":{"completion_tokens":12}})";
  ASSERT_TRUE(read_answer_chunk(whole, chunk));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_answer_chunk(whole.substr(0, size), chunk)) << size;
  }
  for (const char* text : {"[]", "1", "", "null", "{} {}", R"({"a":})", R"({"a" 1})", R"({"a":[1,2})", R"({"a":{]}})",
                           R"({"choices":[}]})", R"({,"a":1})", R"({"a":1,})"}) {
    EXPECT_FALSE(read_answer_chunk(text, chunk)) << text;
  }
  EXPECT_FALSE(read_answer_chunk("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}", chunk));
}

/// A stream of events as the body of a response, in chunks.
std::string answer_of(const std::vector<std::string>& events) {
  std::string text = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& event : events) {
    const std::string line = "data: " + event + "\n\n";
    char size[20];
    std::snprintf(size, sizeof(size), "%zx\r\n", line.size());
    text += size + line + "\r\n";
  }
  return text + "0\r\n\r\n";
}

std::string token(int count) {
  return R"({"choices":[{"text":"t","finish_reason":null}],"usage":{"completion_tokens":)" + std::to_string(count) +
         "}}";
}
const std::string kUncounted = R"({"choices":[{"text":"t","finish_reason":null}]})";

/// The answer in two pieces; the second one comes a second after the first.
AnswerReader read_answer(const std::string& bytes, std::size_t cut, const AnswerRule& rule = {.tokens = 3}) {
  AnswerReader reader(rule);
  LogLinearHistogram gaps;
  reader.begin();
  reader.feed(std::string_view(bytes).substr(0, cut), Instant{std::chrono::seconds{1}}, gaps);
  if (cut < bytes.size() && !reader.ended()) {
    reader.feed(std::string_view(bytes).substr(cut), Instant{std::chrono::seconds{2}}, gaps);
  }
  return reader;
}

TEST(AnswerReader, CountsAndTimesTokensWhereverTheBytesAreCut) {
  const std::string bytes =
      answer_of({token(1), token(2), token(3), R"({"choices":[],"usage":{"completion_tokens":3}})", "[DONE]"});
  const std::size_t first_end = bytes.find(R"(tokens":1)") + std::string(R"(tokens":1}}nn)").size();
  const std::size_t last_end = bytes.find(R"(tokens":3)") + std::string(R"(tokens":3}}nn)").size();
  for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
    const AnswerReader reader = read_answer(bytes, cut);
    ASSERT_TRUE(reader.ended()) << cut;
    EXPECT_FALSE(reader.error()) << reader.words();
    EXPECT_EQ(reader.tokens(), 3U);
    EXPECT_EQ(reader.counted_by(), TokenCountBy::usage_of_each_chunk);
    EXPECT_EQ(reader.first_token(), Instant{std::chrono::seconds{cut >= first_end ? 1 : 2}}) << cut;
    EXPECT_EQ(reader.completed(), Instant{std::chrono::seconds{cut >= last_end ? 1 : 2}}) << cut;
    EXPECT_TRUE(reader.keeps_alive());
  }
}

TEST(AnswerReader, SaysWhatACountRestsOn) {
  const std::string role = R"({"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]})";
  const std::string usage = R"({"choices":[],"usage":{"completion_tokens":3}})";
  const auto at_end = read_answer(answer_of({role, kUncounted, kUncounted, usage, "[DONE]"}), 10);
  EXPECT_FALSE(at_end.error()) << at_end.words();
  EXPECT_EQ(at_end.tokens(), 3U);
  EXPECT_EQ(at_end.counted_by(), TokenCountBy::usage_at_the_end);
  const auto chunks = read_answer(answer_of({role, kUncounted, kUncounted, "[DONE]"}), 10);
  EXPECT_FALSE(chunks.error()) << "two chunks may hold three tokens: " << chunks.words();
  EXPECT_EQ(chunks.tokens(), 2U);
  EXPECT_EQ(chunks.counted_by(), TokenCountBy::chunks);
  const std::string nothing = R"({"choices":[{"text":"","finish_reason":null}],"usage":{"completion_tokens":)";
  const auto silent = read_answer(answer_of({nothing + "1}}", nothing + "3}}", "[DONE]"}), 10);
  EXPECT_FALSE(silent.error()) << silent.words();
  EXPECT_EQ(silent.tokens(), 3U);
}

TEST(AnswerReader, NothingElseIsASuccess) {
  const auto error_of = [](const std::string& bytes, const AnswerRule& rule = {.tokens = 3}) {
    const AnswerReader reader = read_answer(bytes, bytes.size(), rule);
    return reader.ended() ? reader.error() : std::nullopt;
  };
  EXPECT_EQ(error_of(answer_of({token(1), token(2), "[DONE]"})), RemoteError::wrong_token_count);
  EXPECT_EQ(error_of(answer_of({token(1), token(2), "[DONE]"}), {.tokens = 3, .exact = false}), std::nullopt);
  EXPECT_EQ(error_of(answer_of({token(4), "[DONE]"})), RemoteError::wrong_token_count);
  EXPECT_EQ(error_of(answer_of({"[DONE]"})), RemoteError::wrong_token_count);
  EXPECT_EQ(error_of(answer_of({token(1), token(3)})), RemoteError::broken_stream) << "neither [DONE] nor a reason";
  EXPECT_EQ(error_of(answer_of({token(1), "{\"choices\":[", "[DONE]"})), RemoteError::broken_stream);
  EXPECT_EQ(error_of(answer_of({token(1), R"({"error":{"message":"out of memory"}})", "[DONE]"})),
            RemoteError::server_error);
  EXPECT_EQ(error_of(answer_of({token(3), "[DONE]"}) + "HTTP/1.1 200 OK\r\n"), RemoteError::broken_stream);
  EXPECT_EQ(error_of("HTTP/1.1 429 slow\r\nContent-Length: 2\r\n\r\n{}"), RemoteError::http_status);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), RemoteError::broken_stream);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"error\":\"x\"}"), RemoteError::server_error);
  const AnswerReader moved = read_answer("HTTP/1.1 307 there\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n", 9);
  EXPECT_EQ(moved.error(), RemoteError::http_status);
  EXPECT_THAT(moved.words(), HasSubstr("a redirect, which is not followed"));
  const AnswerRule kserve{.form = AnswerRule::Form::kserve};
  const auto object = [](const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  EXPECT_EQ(error_of(object(R"({"outputs":[{"name":"y"}]})"), kserve), std::nullopt);
  EXPECT_EQ(error_of(object(R"({"error":"no such model"})"), kserve), RemoteError::server_error);
  EXPECT_EQ(error_of(object(R"({"model":"x"})"), kserve), RemoteError::broken_stream);
}

TEST(HttpUrl, TakesAddressesAndNothingThatHidesASecret) {
  EXPECT_EQ(parse_http_url("http://127.0.0.1:8000/v1/").text(), "http://127.0.0.1:8000/v1");
  EXPECT_EQ(parse_http_url("http://host-1.example").text(), "http://host-1.example:80");
  EXPECT_EQ(parse_http_url("http://[::1]:9/a").host, "::1");
  EXPECT_EQ(parse_http_url("http://[::1]:9/a").text(), "http://[::1]:9/a");
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      return "taken: " + parse_http_url(text).text();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  EXPECT_THAT(refusal("https://host/v1"), HasSubstr("https is not built in"));
  for (const char* text : {"http://me:geheim@host/v1", "http://host/v1?key=geheim", "http://host/#geheim"}) {
    EXPECT_THAT(refusal(text), HasSubstr("ASSAY_API_KEY"));
    EXPECT_THAT(refusal(text), Not(HasSubstr("geheim")));
  }
  for (const char* text :
       {"", "host:80", "ftp://host", "http://", "http:///v1", "http://host:0", "http://host:65536", "http://host:x",
        "http://ho st/", "http://[::1/", "http://[::1]x", "http://h\n", "http://h\"/"}) {
    EXPECT_THAT(refusal(text), Not(HasSubstr("taken"))) << text;
    EXPECT_THAT(refusal(text), Not(HasSubstr("\n"))) << text;
  }
}

TEST(RemoteErrorLog, ShowsNoPartOfAKey) {
  RemoteErrorLog log("sk-geheim-1234");
  log.add(RemoteError::http_status, 401, "Incorrect API key provided: sk-gehei...");
  log.add(RemoteError::http_status, 429, "slow\ndown");
  ASSERT_EQ(log.messages().size(), 2U);
  EXPECT_THAT(log.messages().front(), Not(HasSubstr("gehei")));
  EXPECT_EQ(log.messages().back(), "remote_http_status 429: slow?down");
  EXPECT_EQ(log.status_counts().at(401), 1U);
}

}  // namespace
}  // namespace assay
