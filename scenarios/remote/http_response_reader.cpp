#include "scenarios/remote/http_response_reader.hpp"

#include <algorithm>
#include <charconv>

namespace assay {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view text, std::string_view lower_word) {
  return std::ranges::equal(text, lower_word, {}, lower);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = text.find_first_not_of(kBlank);
  return begin == std::string_view::npos ? std::string_view{}
                                         : text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// Whether `word` is one of the words with commas between them.
bool lists(std::string_view text, std::string_view lower_word) {
  while (true) {
    const std::size_t comma = text.find(',');
    if (same_word(trimmed(text.substr(0, comma)), lower_word)) {
      return true;
    }
    if (comma == std::string_view::npos) {
      return false;
    }
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

void HttpResponseReader::begin() {
  state_ = State::status;
  line_.clear();
  head_size_ = 0;
  left_ = 0;
  body_size_ = 0;
  length_ = 0;
  has_length_ = false;
  chunked_ = false;
  head_complete_ = false;
  keep_alive_ = false;
  event_stream_ = false;
  status_ = 0;
  problem_ = {};
}

void HttpResponseReader::break_off(std::string_view why) {
  state_ = State::broken;
  problem_ = why;
  keep_alive_ = false;
}

std::string_view HttpResponseReader::take_body(std::string_view& rest) {
  const std::uint64_t most = state_ == State::until_close ? rest.size() : left_;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), most));
  const std::string_view piece = rest.substr(0, size);
  rest.remove_prefix(size);
  body_size_ += size;
  if (body_size_ > kLargestBody) {
    break_off("its body is endless");
    return piece;
  }
  if (state_ != State::until_close) {
    left_ -= size;
    if (left_ == 0) {
      state_ = state_ == State::body ? State::complete : State::chunk_end;
    }
  }
  return piece;
}

void HttpResponseReader::take_line(std::string_view& rest) {
  const std::size_t newline = rest.find('\n');
  std::string_view line = rest.substr(0, newline);
  if (line_.size() + line.size() > kLongestLine) {
    break_off("a line of its head is longer than 16 KiB");
    return;
  }
  if (newline == std::string_view::npos) {
    line_.append(line);
    rest = {};
    return;
  }
  rest.remove_prefix(newline + 1);
  if (!line_.empty()) {
    line_.append(line);
    line = line_;
  }
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  read_line(line);
  line_.clear();
}

void HttpResponseReader::read_line(std::string_view line) {
  if (state_ == State::status || state_ == State::headers || state_ == State::trailers) {
    head_size_ += line.size() + 1;
    if (head_size_ > kLargestHead) {
      break_off("its head is larger than 64 KiB");
      return;
    }
  }
  switch (state_) {
    case State::status:
      read_status(line);
      break;
    case State::headers:
      line.empty() ? end_head() : read_header(line);
      break;
    case State::chunk_size:
      read_chunk_size(line);
      break;
    case State::chunk_end:
      line.empty() ? void(state_ = State::chunk_size) : break_off("a chunk is longer than it says");
      break;
    case State::trailers:
      state_ = line.empty() ? State::complete : state_;
      break;
    default:
      break;
  }
}

void HttpResponseReader::read_status(std::string_view line) {
  // "HTTP/1.1 200 OK": the reason may be absent, with or without its blank.
  constexpr std::size_t kVersion = 8;
  constexpr std::size_t kCodeEnd = 12;
  const auto digit = [&line](std::size_t at) { return line[at] >= '0' && line[at] <= '9'; };
  if (line.size() < kCodeEnd || !(line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) ||
      !digit(kVersion + 1) || !digit(kVersion + 2) || !digit(kVersion + 3) ||
      (line.size() > kCodeEnd && line[kCodeEnd] != ' ')) {
    break_off("what came is no HTTP/1.1 response");
    return;
  }
  status_ = (line[kVersion + 1] - '0') * 100 + (line[kVersion + 2] - '0') * 10 + (line[kVersion + 3] - '0');
  keep_alive_ = line[kVersion - 1] == '1';
  state_ = State::headers;
}

void HttpResponseReader::read_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || line.front() == ' ' || line.front() == '\t') {
    break_off("a line of its head is no header");
    return;
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_word(name, "content-length")) {
    read_length(value);
  } else if (same_word(name, "transfer-encoding")) {
    if (!same_word(value, "chunked")) {
      break_off("its transfer encoding is not chunked");
    }
    chunked_ = true;
  } else if (same_word(name, "content-encoding")) {
    if (!same_word(value, "identity")) {
      break_off("its body is compressed, though identity was asked for");
    }
  } else if (same_word(name, "connection")) {
    if (lists(value, "close")) {
      keep_alive_ = false;
    } else if (lists(value, "keep-alive")) {
      keep_alive_ = true;
    }
  } else if (same_word(name, "content-type")) {
    event_stream_ = same_word(trimmed(value.substr(0, value.find(';'))), "text/event-stream");
  }
}

void HttpResponseReader::read_length(std::string_view value) {
  std::uint64_t length = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, length);
  if (value.empty() || error != std::errc{} || rest != end || length > kLargestBody ||
      (has_length_ && length != length_)) {
    break_off("its Content-Length is no length");
    return;
  }
  length_ = length;
  has_length_ = true;
}

void HttpResponseReader::end_head() {
  constexpr int kNoContent = 204;
  constexpr int kNotModified = 304;
  if (status_ < 200) {  // on its way: the response itself follows
    const std::size_t head = head_size_;
    begin();
    head_size_ = head;
    return;
  }
  head_complete_ = true;
  if (status_ == kNoContent || status_ == kNotModified) {
    state_ = State::complete;
  } else if (chunked_) {
    state_ = State::chunk_size;
    keep_alive_ = keep_alive_ && !has_length_;  // RFC 9112, 6.1: both at once may hide a second response
  } else if (has_length_) {
    left_ = length_;
    state_ = left_ == 0 ? State::complete : State::body;
  } else {
    keep_alive_ = false;
    state_ = State::until_close;
  }
}

void HttpResponseReader::read_chunk_size(std::string_view line) {
  constexpr int kHexadecimal = 16;
  const std::string_view digits = trimmed(line.substr(0, line.find(';')));
  std::uint64_t size = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, size, kHexadecimal);
  if (digits.empty() || error != std::errc{} || rest != end || size > kLargestBody) {
    break_off("a chunk has no size");
    return;
  }
  left_ = size;
  state_ = size == 0 ? State::trailers : State::chunk_data;
}

bool HttpResponseReader::close() {
  keep_alive_ = false;
  if (state_ == State::until_close) {
    state_ = State::complete;
  } else if (state_ != State::complete && state_ != State::broken) {
    break_off(untouched() ? "the server closed the connection before it answered"
                          : "the server closed the connection in the middle of its answer");
  }
  return state_ == State::complete;
}

}  // namespace assay
