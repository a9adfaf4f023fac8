#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace assay {

/// Reads one HTTP/1.1 response as its bytes come, in pieces of any size. What a server sends is not trusted: lines,
/// headers and chunk sizes are bounded, and nothing of the body is kept here.
class HttpResponseReader {
 public:
  static constexpr std::size_t kLongestLine = 16'384;
  static constexpr std::size_t kLargestHead = 65'536;  ///< all header or trailer lines of a response together
  static constexpr std::uint64_t kLargestBody = std::uint64_t{1} << 40;

  HttpResponseReader() { line_.reserve(256); }

  /// Before the next response.
  void begin();

  /// Takes bytes and calls on_body(std::string_view) for each piece of the body in them. Returns how many were taken:
  /// fewer than there are once the response is complete or broken.
  template <class OnBody>
  std::size_t feed(std::string_view bytes, const OnBody& on_body) {
    std::string_view rest = bytes;
    while (!rest.empty() && state_ != State::complete && state_ != State::broken) {
      if (state_ == State::body || state_ == State::chunk_data || state_ == State::until_close) {
        const std::string_view piece = take_body(rest);
        on_body(piece);
      } else {
        take_line(rest);
      }
    }
    return bytes.size() - rest.size();
  }

  /// The server closed the connection. True if that is the end of the response.
  bool close();

  [[nodiscard]] bool complete() const { return state_ == State::complete; }
  [[nodiscard]] bool head_complete() const { return head_complete_; }
  /// Why the bytes are no such response; empty: they are.
  [[nodiscard]] std::string_view problem() const { return problem_; }
  [[nodiscard]] int status() const { return status_; }
  /// Whether the connection may carry another request after this response.
  [[nodiscard]] bool keeps_alive() const { return keep_alive_; }
  [[nodiscard]] bool is_event_stream() const { return event_stream_; }
  /// Not a byte has come.
  [[nodiscard]] bool untouched() const { return state_ == State::status && line_.empty(); }

 private:
  enum class State : std::uint8_t {
    status,
    headers,
    body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    until_close,
    complete,
    broken
  };

  std::string_view take_body(std::string_view& rest);
  void take_line(std::string_view& rest);
  void read_line(std::string_view line);
  void read_status(std::string_view line);
  void read_header(std::string_view line);
  void read_length(std::string_view value);
  void read_chunk_size(std::string_view line);
  void end_head();
  void break_off(std::string_view why);

  State state_ = State::status;
  std::string line_;  ///< the beginning of one that is cut
  std::size_t head_size_ = 0;
  std::uint64_t left_ = 0;  ///< of the body, or of the chunk
  std::uint64_t body_size_ = 0;
  std::uint64_t length_ = 0;
  bool has_length_ = false;
  bool chunked_ = false;
  bool head_complete_ = false;
  bool keep_alive_ = false;
  bool event_stream_ = false;
  int status_ = 0;
  std::string_view problem_;
};

}  // namespace assay
