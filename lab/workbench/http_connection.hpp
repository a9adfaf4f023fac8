#pragma once

// Before Asio, which in Boost 1.74 uses std::exchange without its header.
#include <utility>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "lab/workbench/beast_messages.hpp"
#include "lab/workbench/http_server.hpp"

// One connection of the server, for http_server.cpp alone: Boost's headers take half a minute to compile.

namespace assay::http_detail {

namespace asio = boost::asio;
using Stream = beast::basic_stream<asio::generic::stream_protocol>;

inline constexpr std::uint32_t kMostHeaderBytes = 8 * 1024;
inline constexpr std::uint64_t kMostBodyBytes = std::uint64_t{64} * 1024;
inline constexpr std::size_t kMostQueuedBytes = std::size_t{512} * 1024;  // of a stream whose reader is slow
inline constexpr std::size_t kMostDiscardedBytes = std::size_t{4} << 20;
inline constexpr auto kDrainPatience = std::chrono::seconds{2};

/// What the connections have in common.
struct Shared {
  HttpServer::Handler handler;
  std::set<class Connection*> connections;
  std::chrono::milliseconds patience{};
  std::chrono::milliseconds stranger_patience{};
  std::uint64_t made = 0;  ///< connections ever
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::generic::stream_protocol::socket socket, Shared& shared)
      : stream_(std::move(socket)), shared_(shared), number_(shared.made++) {
    shared_.connections.insert(this);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { shared_.connections.erase(this); }

  void read() {
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    parser_->body_limit(kMostBodyBytes);
    stream_.expires_after(patience());
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
  }

  void publish(const std::string& text) {
    if (!is_event_stream_) {
      return;
    }
    queued_bytes_ += text.size();
    if (queued_bytes_ > kMostQueuedBytes) {
      close();  // it reconnects and reads the whole state again
      return;
    }
    queue_.push_back(text);
    if (queue_.size() == 1) {
      write_queue();
    }
  }

  void close() {
    error_code ignored;
    is_closed_ = true;  // and leaves the others once its last handler has run
    stream_.socket().close(ignored);
  }
  [[nodiscard]] bool is_closed() const { return is_closed_; }
  [[nodiscard]] bool is_of_stranger() const { return !has_token_; }  ///< nobody has shown the token on it
  [[nodiscard]] std::uint64_t number() const { return number_; }     ///< in the order in which they came

 private:
  [[nodiscard]] std::chrono::milliseconds patience() const {
    return has_token_ ? shared_.patience : std::min(shared_.patience, shared_.stranger_patience);
  }

  void on_read(const error_code& error) {
    const bool is_of_system = error && error.category() == asio::error::get_system_category();
    if (error == http::error::end_of_stream || error == beast::error::timeout || is_of_system) {
      close();
      return;
    }
    if (error) {
      keep_alive_ = false;
      answer(refusal_of(error));
      return;
    }
    http::request<http::string_body> message = parser_->release();
    keep_alive_ = message.keep_alive();
    answer(shared_.handler(request_of(std::move(message))));
  }

  void answer(HttpResponse&& response) {
    has_token_ = has_token_ || response.has_token;
    is_event_stream_ = response.is_event_stream;
    response_.emplace(static_cast<http::status>(response.status), 11);
    for (const auto& [name, value] : response.headers) {
      response_->set(name, value);
    }
    response_->set(http::field::content_type, response.type);
    stream_.expires_after(patience());
    if (is_event_stream_) {
      answer_stream();
      return;
    }
    response_->keep_alive(keep_alive_);
    response_->body() = std::move(response.body);
    response_->prepare_payload();
    http::async_write(stream_, *response_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error) {
        self->close();
      } else if (self->keep_alive_) {
        self->read();
      } else {
        self->drain();
      }
    });
  }

  /// Reads on for a moment: closing with bytes unread would reset the connection and lose the answer.
  void drain() {
    error_code ignored;
    stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    stream_.expires_after(kDrainPatience);
    discard([](Connection& self) { self.close(); });
  }

  template <typename End>
  void discard(End end) {
    stream_.async_read_some(asio::buffer(discarded_),
                            [self = shared_from_this(), end](error_code error, std::size_t count) {
                              self->discarded_count_ += count;
                              if (error || self->discarded_count_ > kMostDiscardedBytes) {
                                end(*self);
                              } else {
                                self->discard(end);
                              }
                            });
  }

  void answer_stream() {
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (const auto& field : *response_) {
      head += fmt::format("{}: {}\r\n", std::string(field.name_string()), std::string(field.value()));
    }
    stream_.expires_never();
    discard([](Connection& self) { self.close(); });  // sees the reader go
    publish(head + "Connection: close\r\n\r\nretry: 2000\n\n");
  }

  void write_queue() {
    stream_.expires_after(patience());
    asio::async_write(stream_, asio::buffer(queue_.front()),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (error) {
                          self->close();
                          return;
                        }
                        self->queued_bytes_ -= self->queue_.front().size();
                        self->queue_.pop_front();
                        if (!self->queue_.empty()) {
                          self->write_queue();
                        }
                      });
  }

  Stream stream_;
  Shared& shared_;
  std::uint64_t number_;
  beast::flat_buffer buffer_{kMostHeaderBytes + kMostBodyBytes};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  std::array<char, 4096> discarded_{};
  std::size_t discarded_count_ = 0;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  bool keep_alive_ = false;
  bool is_event_stream_ = false;
  bool has_token_ = false;
  bool is_closed_ = false;
};

}  // namespace assay::http_detail
