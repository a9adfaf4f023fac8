#include "lab/workbench/http_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <list>

#include "lab/command_error.hpp"
#include "lab/workbench/http_connection.hpp"

namespace assay {

namespace {

using namespace http_detail;

constexpr std::size_t kMostConnections = 64;
constexpr auto kKeepAlivePeriod = std::chrono::seconds{15};

/// Boost 1.74 lets a program that is started inherit its sockets: a browser or a measuring process would keep the port
/// and the connections open when this server is gone.
template <typename Socket>
void keep_from_children(Socket& socket) {
  (void)fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

template <typename Acceptor>
void listen(Acceptor& acceptor, const typename Acceptor::endpoint_type& endpoint) {
  acceptor.open(endpoint.protocol());
  keep_from_children(acceptor);
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
    shared.patience = options.patience;
    shared.stranger_patience = options.stranger_patience;
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

  /// From now on, before anybody is told the address: what asks for an end while it is printed ends serve().
  void take_signals() {
    (void)std::signal(SIGPIPE, SIG_IGN);
    signals.add(SIGINT);
    signals.add(SIGTERM);
    struct sigaction hangup {};
    if (sigaction(SIGHUP, nullptr, &hangup) != 0 || hangup.sa_handler != SIG_IGN) {  // nohup(1) had it ignored
      signals.add(SIGHUP);
    }
  }

  /// Whether one more connection may be taken. Any user of this machine can open some: where all are taken, the oldest
  /// that has shown no token is closed, so that whoever has one gets in.
  bool has_room() {
    std::size_t open = 0;
    Connection* oldest_stranger = nullptr;
    for (Connection* connection : shared.connections) {
      open += connection->is_closed() ? 0U : 1U;
      if (!connection->is_closed() && connection->is_of_stranger() &&
          (oldest_stranger == nullptr || connection->number() < oldest_stranger->number())) {
        oldest_stranger = connection;
      }
    }
    if (open >= kMostConnections && oldest_stranger != nullptr) {
      oldest_stranger->close();
      --open;
    }
    return open < kMostConnections;
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
      keep_from_children(socket);
      if (has_room()) {
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

  struct Repeated {
    asio::steady_timer timer;
    std::chrono::nanoseconds period;
    std::function<void()> action;
  };

  void repeat(Repeated& each) {
    each.timer.expires_after(each.period);
    each.timer.async_wait([this, &each](error_code error) {
      if (!error) {
        each.action();
        repeat(each);
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
    for (Repeated& each : repeated) {
      each.timer.cancel();
    }
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
  std::list<Repeated> repeated;  // their timers are waited for by address
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
  impl_->take_signals();
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const {
  return impl_->socket_path.empty() ? impl_->tcp.local_endpoint().port() : std::uint16_t{0};
}

void HttpServer::serve(Handler handler) {
  impl_->shared.handler = std::move(handler);
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

void HttpServer::every(std::chrono::nanoseconds period, std::function<void()> action) {
  impl_->repeated.push_back({asio::steady_timer(impl_->context), period, std::move(action)});
  impl_->repeat(impl_->repeated.back());
}

void HttpServer::post(std::function<void()> action) { asio::post(impl_->context, std::move(action)); }

void HttpServer::publish(const std::string& event, const std::string& data) {
  impl_->send(fmt::format("event: {}\ndata: {}\n\n", event, data));
}

}  // namespace assay
