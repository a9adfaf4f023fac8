#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/log_linear_histogram.hpp"
#include "harness/time.hpp"
#include "scenarios/remote/answer_chunk.hpp"
#include "scenarios/remote/http_response_reader.hpp"
#include "scenarios/remote/remote_error.hpp"
#include "scenarios/remote/sse_stream.hpp"

namespace assay {

/// What an answer has to be.
struct AnswerRule {
  enum class Form : std::uint8_t {
    openai_stream,  ///< events, the last one [DONE]
    triton_stream,  ///< events until the body ends
    kserve,         ///< one JSON object
  };
  Form form = Form::openai_stream;
  std::uint32_t tokens = 0;  ///< asked for
  bool exact = true;         ///< so many have to come; false: at most so many
};

/// What the number of tokens rests on.
enum class TokenCountBy : std::uint8_t { usage_of_each_chunk, usage_at_the_end, chunks };
[[nodiscard]] std::string_view name_of(TokenCountBy by);  ///< "usage of each chunk"

/// Follows one answer from its first byte to its end and judges it. Each time is that of the piece that brought the
/// token, as it is handed in. One thread; after the first answers nothing is allocated unless one is larger.
class AnswerReader {
 public:
  explicit AnswerReader(const AnswerRule& rule) : rule_(rule) {}

  void begin();
  /// `gaps` takes the times between chunks that brought tokens.
  void feed(std::string_view bytes, Instant now, LogLinearHistogram& gaps);
  /// The connection was closed by the server.
  void close();

  [[nodiscard]] bool ended() const { return response_.complete() || !response_.problem().empty() || error_; }
  /// After the end: why it is no success; nothing if it is one.
  [[nodiscard]] std::optional<RemoteError> error() const { return error_; }
  [[nodiscard]] const std::string& words() const { return words_; }  ///< of the error
  [[nodiscard]] int status() const { return response_.status(); }
  [[nodiscard]] bool keeps_alive() const { return response_.complete() && response_.keeps_alive(); }

  [[nodiscard]] std::optional<Instant> first_token() const { return first_token_; }
  /// When the answer was there: the last token, or the last byte where there are no tokens.
  [[nodiscard]] Instant completed() const { return completed_; }
  [[nodiscard]] std::uint32_t tokens() const { return usage_ ? *usage_ : chunks_; }
  [[nodiscard]] TokenCountBy counted_by() const;
  [[nodiscard]] std::uint64_t events() const { return events_; }
  /// The beginning of the last event without a choice (the usage), or of the whole answer where it is one object.
  [[nodiscard]] std::string_view excerpt() const { return excerpt_; }

 private:
  void take_body(std::string_view piece, Instant now, LogLinearHistogram& gaps);
  void take_event(std::string_view data, Instant now, LogLinearHistogram& gaps);
  void count_tokens(const AnswerChunk& chunk, Instant now, LogLinearHistogram& gaps);
  void judge();
  void judge_object();
  void judge_tokens();
  void fail(RemoteError error, std::string_view words);
  [[nodiscard]] bool reads_events() const;

  AnswerRule rule_;
  HttpResponseReader response_;
  SseStream stream_;
  std::string body_;  ///< where it is no stream of events; its beginning
  std::string excerpt_;
  std::string words_;
  std::optional<RemoteError> error_;
  std::optional<Instant> first_token_;
  Instant completed_{};
  std::optional<std::uint32_t> usage_;
  std::uint32_t chunks_ = 0;
  std::uint64_t events_ = 0;
  bool usage_with_first_ = false;
  bool done_ = false;      ///< [DONE]
  bool finished_ = false;  ///< a reason to finish
};

}  // namespace assay
