#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace assay::test_support {

/// A client of a server on this machine that says exactly what it is told, well-formed or not.
class PlainClient {
 public:
  explicit PlainClient(std::uint16_t port);
  explicit PlainClient(const std::string& socket_path);
  PlainClient(const PlainClient&) = delete;
  PlainClient& operator=(const PlainClient&) = delete;
  ~PlainClient();

  /// What the server no longer takes is left out.
  void send(const std::string& bytes) const;
  /// What came until the server closed, or until a minute of silence.
  [[nodiscard]] std::string rest();
  /// What came up to and with `text`; all there was if the server closed before.
  [[nodiscard]] std::string until(const std::string& text);

 private:
  bool receive();
  int descriptor_;
  std::string received_;
};

/// One request on a connection of its own; "Connection: close" and what else belongs to it are added.
struct PlainRequest {
  std::uint16_t port = 0;
  std::string method = "GET";
  std::string path = "/";
  std::string host;     ///< empty: the right one
  std::string headers;  ///< whole lines
  std::string body;
};
[[nodiscard]] std::string answer_to(const PlainRequest& request);

/// 403 of "HTTP/1.1 403 Forbidden...", 0 where that is none.
[[nodiscard]] int status_of(const std::string& answer);
[[nodiscard]] std::string body_of(const std::string& answer);

}  // namespace assay::test_support
