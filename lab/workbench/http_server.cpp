#include "lab/workbench/http_server.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

// Before Asio, which in Boost 1.74 uses std::exchange without its header.
#include <utility>

#include <array>

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <deque>
#include <optional>
#include <set>

#include "lab/command_error.hpp"

namespace assay {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using boost::system::error_code;

constexpr std::uint32_t kMostHeaderBytes = 8 * 1024;
constexpr std::uint64_t kMostBodyBytes = 64 * 1024;
constexpr std::size_t kMostConnections = 64;
constexpr std::size_t kMostQueuedBytes = std::size_t{512} * 1024;  // of a stream whose reader is slow
constexpr auto kPatience = std::chrono::seconds{15};               // for a request, and for an answer to be read
constexpr auto kDrainPatience = std::chrono::seconds{2};
constexpr auto kKeepAlivePeriod = std::chrono::seconds{15};

/// What the connections have in common.
struct Shared {
  HttpServer::Handler handler;
  std::set<class Connection*> connections;
};

std::string single_field(const http::request<http::string_body>& message, beast::string_view name) {
  const auto [first, last] = message.equal_range(name);
  return std::distance(first, last) == 1 ? std::string(first->value()) : std::string();
}

std::optional<std::string> optional_field(const http::request<http::string_body>& message, beast::string_view name) {
  if (message.count(name) == 0) {
    return std::nullopt;
  }
  return single_field(message, name);
}

HttpRequest request_of(http::request<http::string_body>&& message) {
  const std::string target(message.target());
  const std::size_t question = target.find('?');
  return {.method = std::string(message.method_string()),
          .path = target.substr(0, question),
          .query = question == std::string::npos ? "" : target.substr(question + 1),
          .host = single_field(message, "Host"),
          .origin = optional_field(message, "Origin"),
          .authorization = optional_field(message, "Authorization"),
          .fetch_site = optional_field(message, "Sec-Fetch-Site"),
          .body = std::move(message.body())};
}

HttpResponse refusal_of(const error_code& error) {
  HttpResponse response{.status = 400, .type = "text/plain", .body = "not a request of HTTP/1.1\n"};
  if (error == http::error::header_limit) {
    response = {.status = 431, .type = "text/plain", .body = "more than 8 KB of header\n"};
  } else if (error == http::error::body_limit) {
    response = {.status = 413, .type = "text/plain", .body = "more than 64 KB of body\n"};
  }
  return response;
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::generic::stream_protocol::socket socket, Shared& shared)
      : stream_(std::move(socket)), shared_(shared) {
    shared_.connections.insert(this);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { shared_.connections.erase(this); }

  void read() {
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    parser_->body_limit(kMostBodyBytes);
    stream_.expires_after(kPatience);
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
    stream_.socket().close(ignored);
  }

 private:
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
    is_event_stream_ = response.is_event_stream;
    response_.emplace(static_cast<http::status>(response.status), 11);
    for (const auto& [name, value] : response.headers) {
      response_->set(name, value);
    }
    response_->set(http::field::content_type, response.type);
    stream_.expires_after(kPatience);
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
    stream_.expires_after(kPatience);
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

  static constexpr std::size_t kMostDiscardedBytes = std::size_t{4} << 20;
  Stream stream_;
  Shared& shared_;
  beast::flat_buffer buffer_{kMostHeaderBytes + kMostBodyBytes};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  std::array<char, 4096> discarded_{};
  std::size_t discarded_count_ = 0;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  bool keep_alive_ = false;
  bool is_event_stream_ = false;
};

template <typename Acceptor>
void listen(Acceptor& acceptor, const typename Acceptor::endpoint_type& endpoint) {
  acceptor.open(endpoint.protocol());
  acceptor.bind(endpoint);
  acceptor.listen();
}

/// A socket that nobody listens on any more was left by a process that was killed.
void remove_dead_socket(asio::io_context& context, const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
    return;
  }
  asio::local::stream_protocol::socket probe(context);
  error_code error;
  probe.connect(asio::local::stream_protocol::endpoint(path), error);
  if (error == asio::error::connection_refused) {
    unlink(path.c_str());
  }
}

}  // namespace

struct HttpServer::Impl {
  explicit Impl(const HttpServerOptions& options) : socket_path(options.socket_path) {
    if (socket_path.empty()) {
      listen(tcp, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), options.port));
      return;
    }
    remove_dead_socket(context, socket_path);
    const mode_t previous = umask(0177);  // 0600 from the first moment on
    try {
      listen(local, asio::local::stream_protocol::endpoint(socket_path));
    } catch (...) {
      umask(previous);
      throw;
    }
    umask(previous);
    owns_socket = true;
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (owns_socket) {
      unlink(socket_path.c_str());
    }
  }

  template <typename Acceptor>
  void accept(Acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](error_code error, auto socket) {
      if (error == asio::error::operation_aborted) {
        return;
      }
      if (error) {  // out of descriptors: soon there are some again
        pause.expires_after(std::chrono::milliseconds{100});
        pause.async_wait([this, &acceptor](error_code stopped) {
          if (!stopped) {
            accept(acceptor);
          }
        });
        return;
      }
      if (shared.connections.size() < kMostConnections) {
        std::make_shared<Connection>(std::move(socket), shared)->read();
      }
      accept(acceptor);
    });
  }

  void keep_streams_alive() {
    keep_alive.expires_after(kKeepAlivePeriod);
    keep_alive.async_wait([this](error_code error) {
      if (!error) {
        send(": here\n\n");
        keep_streams_alive();
      }
    });
  }

  void send(const std::string& text) {
    const std::set<Connection*> now = shared.connections;  // a closed one may leave meanwhile
    for (Connection* connection : now) {
      connection->publish(text);
    }
  }

  void end() {
    error_code ignored;
    tcp.close(ignored);
    local.close(ignored);
    keep_alive.cancel();
    pause.cancel();
    signals.clear(ignored);  // a second Ctrl-C ends the process at once
    signals.cancel(ignored);
    const std::set<Connection*> now = shared.connections;
    for (Connection* connection : now) {
      connection->close();
    }
  }

  std::string socket_path;
  bool owns_socket = false;
  Shared shared;  // outlives the connections that the context still holds
  asio::io_context context{1};
  asio::ip::tcp::acceptor tcp{context};
  asio::local::stream_protocol::acceptor local{context};
  asio::steady_timer keep_alive{context};
  asio::steady_timer pause{context};
  asio::signal_set signals{context};
};

HttpServer::HttpServer(const HttpServerOptions& options) {
  try {
    impl_ = std::make_unique<Impl>(options);
  } catch (const boost::system::system_error& error) {
    const bool is_socket = !options.socket_path.empty();
    throw CommandError(
        ExitCode::file,
        fmt::format("{}: {}; {}", is_socket ? "--unix " + options.socket_path : fmt::format("--port {}", options.port),
                    error.code().message(),
                    is_socket ? "name a socket in a folder of yours that is not there yet"
                              : "leave it out, and any free port is taken"));
  }
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const {
  return impl_->socket_path.empty() ? impl_->tcp.local_endpoint().port() : std::uint16_t{0};
}

void HttpServer::serve(Handler handler) {
  impl_->shared.handler = std::move(handler);
  std::signal(SIGPIPE, SIG_IGN);
  impl_->signals.add(SIGINT);
  impl_->signals.add(SIGTERM);
  impl_->signals.add(SIGHUP);
  impl_->signals.async_wait([this](error_code error, int) {
    if (!error) {
      impl_->end();
    }
  });
  if (impl_->socket_path.empty()) {
    impl_->accept(impl_->tcp);
  } else {
    impl_->accept(impl_->local);
  }
  impl_->keep_streams_alive();
  impl_->context.run();
}

void HttpServer::stop() {
  post([this] { impl_->end(); });
}

void HttpServer::post(std::function<void()> action) { asio::post(impl_->context, std::move(action)); }

void HttpServer::publish(const std::string& event, const std::string& data) {
  impl_->send(fmt::format("event: {}\ndata: {}\n\n", event, data));
}

}  // namespace assay
