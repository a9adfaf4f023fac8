#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "harness/time.hpp"
#include "scenarios/remote/http_url.hpp"

namespace assay {

/// Where the connections go: one address, found once, before anything is measured.
struct TcpAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

/// Addresses of the host in the order of the system's resolver. Throws std::runtime_error with one line.
[[nodiscard]] std::vector<TcpAddress> resolve(const HttpUrl& url);

/// A socket on its way to the address, or -1 with errno: not blocking, without delay (TCP_NODELAY), and with the
/// kernel's time of receipt where it gives one.
[[nodiscard]] int begin_connection(const TcpAddress& address) noexcept;

/// What became of a connection that was begun, within `patience`: 0, or the error.
[[nodiscard]] int finish_connection(int socket, Nanoseconds patience) noexcept;

/// One piece of what came.
struct Received {
  std::ptrdiff_t size = 0;  ///< 0: closed by the other side; below 0: -errno
  /// How long the newest of it lay in the kernel; nothing where the kernel does not say.
  std::optional<Nanoseconds> waited;
};
[[nodiscard]] Received receive(int socket, std::span<char> into) noexcept;

}  // namespace assay
