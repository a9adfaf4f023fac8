#include "scenarios/remote/tcp_socket.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <stdexcept>

namespace assay {

std::vector<TcpAddress> resolve(const HttpUrl& url) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(url.host.c_str(), fmt::format("{}", url.port).c_str(), &hints, &list);
  if (error != 0) {
    throw std::runtime_error(fmt::format("--sut {}: no address for {}: {}", url.text(), url.host, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  std::vector<TcpAddress> addresses;
  for (const addrinfo* found = list; found != nullptr; found = found->ai_next) {
    TcpAddress address{.storage = {}, .length = found->ai_addrlen};
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    addresses.push_back(address);
  }
  return addresses;
}

int begin_connection(const TcpAddress& address) noexcept {
  const int made = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) {
    return -1;
  }
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(made, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
  sockaddr_storage storage = address.storage;
  if (connect(made, reinterpret_cast<const sockaddr*>(&storage), address.length) != 0 && errno != EINPROGRESS) {
    const int error = errno;
    close(made);
    errno = error;
    return -1;
  }
  return made;
}

int finish_connection(int socket, Nanoseconds patience) noexcept {
  constexpr std::int64_t kSecond = 1'000'000'000;
  pollfd waited{.fd = socket, .events = POLLOUT, .revents = 0};
  const timespec timeout{.tv_sec = patience.count() / kSecond, .tv_nsec = patience.count() % kSecond};
  if (ppoll(&waited, 1, &timeout, nullptr) == 0) {
    return ETIMEDOUT;
  }
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Received receive(int socket, std::span<char> into) noexcept {
  constexpr std::int64_t kSecond = 1'000'000'000;
  iovec piece{.iov_base = into.data(), .iov_len = into.size()};
  alignas(cmsghdr) std::array<char, 128> control;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  Received received;
  received.size = recvmsg(socket, &message, MSG_DONTWAIT);
  if (received.size < 0) {
    received.size = -errno;
    return received;
  }
  if (const cmsghdr* note = CMSG_FIRSTHDR(&message);
      note != nullptr && note->cmsg_level == SOL_SOCKET && note->cmsg_type == SCM_TIMESTAMPNS) {
    timespec arrived{};
    std::memcpy(&arrived, CMSG_DATA(note), sizeof(arrived));
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);  // the clock of these stamps
    received.waited = Nanoseconds{(now.tv_sec - arrived.tv_sec) * kSecond + (now.tv_nsec - arrived.tv_nsec)};
  }
  return received;
}

}  // namespace assay
