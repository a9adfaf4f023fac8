#include "tests/lab/workbench/plain_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace assay::test_support {

namespace {

constexpr int kMinute_ms = 60'000;

template <typename Address>
int connected(int family, const Address& address) {
  const int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // The interface of the system takes every kind of address as the general one.
  const auto* general = reinterpret_cast<const sockaddr*>(&address);
  if (descriptor < 0 || connect(descriptor, general, sizeof(address)) != 0) {
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  }
  return descriptor;
}

}  // namespace

PlainClient::PlainClient(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  descriptor_ = connected(AF_INET, address);
}

PlainClient::PlainClient(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  descriptor_ = connected(AF_UNIX, address);
}

PlainClient::~PlainClient() { close(descriptor_); }

void PlainClient::send(const std::string& bytes) const {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) {
      return;
    }
    sent += static_cast<std::size_t>(count);
  }
}

bool PlainClient::receive() {
  pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
  if (poll(&waited, 1, kMinute_ms) <= 0) {
    return false;
  }
  std::array<char, 16384> bytes{};
  const ssize_t count = recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (count <= 0) {
    return false;
  }
  received_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

std::string PlainClient::rest() {
  while (receive()) {
  }
  return std::exchange(received_, "");
}

std::string PlainClient::until(const std::string& text) {
  while (received_.find(text) == std::string::npos) {
    if (!receive()) {
      return std::exchange(received_, "");
    }
  }
  const std::size_t end = received_.find(text) + text.size();
  std::string found = received_.substr(0, end);
  received_.erase(0, end);
  return found;
}

std::string answer_to(const PlainRequest& request) {
  PlainClient client(request.port);
  const std::string host = request.host.empty() ? "127.0.0.1:" + std::to_string(request.port) : request.host;
  const std::string length =
      request.body.empty() ? "" : "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  client.send(request.method + " " + request.path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" +
              request.headers + length + "\r\n" + request.body);
  return client.rest();
}

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.substr(9, 3).c_str()) : 0;
}

std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

}  // namespace assay::test_support
