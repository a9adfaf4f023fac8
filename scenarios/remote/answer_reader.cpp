#include "scenarios/remote/answer_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay {

namespace {

constexpr int kOk = 200;
constexpr std::size_t kExcerpt = 256;                         // as much as a run keeps of a response
constexpr std::size_t kLargestObject = std::size_t{1} << 20;  // of an answer that is one JSON object
constexpr std::size_t kShownBody = 4096;                      // of an answer that is an error

}  // namespace

std::string_view name_of(TokenCountBy by) {
  switch (by) {
    case TokenCountBy::usage_of_each_chunk:
      return "usage of each chunk";
    case TokenCountBy::usage_at_the_end:
      return "usage at the end";
    case TokenCountBy::chunks:
      return "chunks";
  }
  return "";
}

void AnswerReader::begin() {
  response_.begin();
  stream_.begin();
  body_.clear();
  excerpt_.clear();
  words_.clear();
  error_.reset();
  first_token_.reset();
  completed_ = Instant{};
  usage_.reset();
  chunks_ = 0;
  events_ = 0;
  usage_with_first_ = false;
  done_ = false;
  finished_ = false;
}

bool AnswerReader::reads_events() const {
  return rule_.form != AnswerRule::Form::kserve && response_.status() == kOk && response_.is_event_stream();
}

TokenCountBy AnswerReader::counted_by() const {
  return usage_with_first_ ? TokenCountBy::usage_of_each_chunk
         : usage_          ? TokenCountBy::usage_at_the_end
                           : TokenCountBy::chunks;
}

void AnswerReader::fail(RemoteError error, std::string_view words) {
  if (!error_) {
    error_ = error;
    words_.assign(words);
  }
}

void AnswerReader::feed(std::string_view bytes, Instant now, LogLinearHistogram& gaps) {
  const std::size_t taken = response_.feed(bytes, [&](std::string_view piece) { take_body(piece, now, gaps); });
  if (!response_.problem().empty()) {
    fail(RemoteError::broken_stream, response_.problem());
  } else if (response_.complete()) {
    if (taken < bytes.size()) {
      fail(RemoteError::broken_stream, "bytes came after the end of the answer");
    }
    if (!first_token_) {
      completed_ = now;
    }
    judge();
  }
}

void AnswerReader::close() {
  if (!response_.close()) {
    fail(RemoteError::broken_stream, response_.problem());
    return;
  }
  judge();
}

void AnswerReader::take_body(std::string_view piece, Instant now, LogLinearHistogram& gaps) {
  completed_ = first_token_ ? completed_ : now;
  if (reads_events()) {
    if (!stream_.feed(piece, [&](std::string_view data) { take_event(data, now, gaps); })) {
      fail(RemoteError::broken_stream, "an event is larger than 1 MiB");
    }
    return;
  }
  const bool whole = rule_.form == AnswerRule::Form::kserve && response_.status() == kOk;
  const std::size_t room = (whole ? kLargestObject : kShownBody) - body_.size();
  if (whole && piece.size() > room) {
    fail(RemoteError::broken_stream, "the answer is larger than 1 MiB");
  }
  body_.append(piece.substr(0, room));
}

void AnswerReader::take_event(std::string_view data, Instant now, LogLinearHistogram& gaps) {
  if (done_ || error_) {
    return;
  }
  ++events_;
  if (rule_.form == AnswerRule::Form::openai_stream && data == "[DONE]") {
    done_ = true;
    return;
  }
  AnswerChunk chunk;
  if (!read_answer_chunk(data, chunk)) {
    fail(RemoteError::broken_stream, fmt::format("an event is no JSON object: {}", data.substr(0, kExcerpt)));
    return;
  }
  if (chunk.is_error) {
    fail(RemoteError::server_error, chunk.error.substr(0, kShownBody));
    return;
  }
  count_tokens(chunk, now, gaps);
  if (!chunk.has_choices) {
    excerpt_.assign(data.substr(0, kExcerpt));
  }
}

void AnswerReader::count_tokens(const AnswerChunk& chunk, Instant now, LogLinearHistogram& gaps) {
  // A token may be text that is not complete yet and so comes as nothing: only a count of each chunk shows it. A count
  // that comes with the end alone says nothing of when the tokens came.
  const bool counted = chunk.has_choices && chunk.generated_count && *chunk.generated_count > usage_.value_or(0) &&
                       (!chunk.finished || usage_with_first_);
  if (chunk.has_text || counted) {
    if (!first_token_) {
      first_token_ = now;
      usage_with_first_ = chunk.generated_count.has_value() && !chunk.finished;
    } else {
      gaps.add(std::max<std::int64_t>(0, (now - completed_).count()));
    }
    completed_ = now;
    ++chunks_;
  }
  if (chunk.generated_count) {
    usage_ = std::max(usage_.value_or(0), *chunk.generated_count);
  }
  finished_ = finished_ || chunk.finished;
}

void AnswerReader::judge() {
  if (error_) {
    return;
  }
  if (response_.status() != kOk) {
    constexpr int kRedirects = 300;
    const bool redirect = response_.status() >= kRedirects && response_.status() < kRedirects + 100;
    AnswerChunk chunk;
    const bool said = read_answer_chunk(body_, chunk) && !chunk.error.empty();
    fail(RemoteError::http_status, redirect ? "a redirect, which is not followed: name the address that it leads to"
                                   : said   ? chunk.error
                                            : body_);
    return;
  }
  if (!reads_events()) {
    judge_object();
    return;
  }
  if (stream_.has_rest()) {
    fail(RemoteError::broken_stream, "the stream ended in the middle of an event");
  } else if (rule_.form == AnswerRule::Form::openai_stream && !done_ && !finished_) {
    fail(RemoteError::broken_stream, "the stream ended without [DONE] and without a reason to finish");
  } else {
    judge_tokens();
  }
}

void AnswerReader::judge_object() {
  AnswerChunk chunk;
  if (!read_answer_chunk(body_, chunk)) {
    fail(RemoteError::broken_stream,
         rule_.form == AnswerRule::Form::kserve ? "the answer is no JSON object" : "the answer is no stream of events");
  } else if (chunk.is_error) {
    fail(RemoteError::server_error, chunk.error);
  } else if (rule_.form != AnswerRule::Form::kserve) {
    fail(RemoteError::broken_stream, "the answer is no stream of events");
  } else if (!chunk.has_outputs) {
    fail(RemoteError::broken_stream, "the answer has no outputs");
  } else {
    excerpt_.assign(body_, 0, kExcerpt);
  }
}

void AnswerReader::judge_tokens() {
  const std::uint32_t found = tokens();
  // Chunks may hold several tokens: fewer of them show nothing.
  const bool too_few = found == 0 || !first_token_ || (rule_.exact && usage_ && found < rule_.tokens);
  if (too_few || found > rule_.tokens) {
    fail(RemoteError::wrong_token_count,
         fmt::format("{} tokens by {}, {} asked for", found, name_of(counted_by()), rule_.tokens));
  }
}

}  // namespace assay
