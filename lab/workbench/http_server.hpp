#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "lab/workbench/http_message.hpp"

namespace assay {

struct HttpServerOptions {
  std::uint16_t port = 0;                                         ///< on 127.0.0.1; 0: any that is free
  std::string socket_path;                                        ///< a Unix socket instead, for its owner only
  std::chrono::milliseconds patience = std::chrono::seconds{15};  ///< for a whole request, and for an answer to be read
  /// The same for connections on which no request has shown the token yet; the shorter of the two counts.
  std::chrono::milliseconds stranger_patience = std::chrono::seconds{3};
};

/// An HTTP/1.1 server for one person: one thread, loopback or a Unix socket only. A request has at most 8 KB of header
/// and 64 KB of body. Whoever does not read, or does not write, is closed and holds up nobody. 64 connections at a
/// time; where they are taken, the oldest that has not shown the token makes room.
class HttpServer {
 public:
  /// Answers at once: the server does nothing else meanwhile.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  /// Listens from here on. Throws CommandError: file for a socket or port that cannot be had, environment_refused in a
  /// build without the server.
  explicit HttpServer(const HttpServerOptions& options);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  [[nodiscard]] std::uint16_t port() const;  ///< 0 for a Unix socket

  /// Serves in this thread until stop(), SIGINT or SIGTERM, which are caught from the constructor on.
  void serve(Handler handler);
  void stop();  ///< from any thread

  /// Does `action` again and again in the thread that serves, as long as it serves; before serve() only.
  void every(std::chrono::nanoseconds period, std::function<void()> action);
  /// Does `action` in the thread that serves; from any thread.
  void post(std::function<void()> action);
  /// Tells every open event stream; in the thread that serves only. `data` is one line.
  void publish(const std::string& event, const std::string& data);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay
