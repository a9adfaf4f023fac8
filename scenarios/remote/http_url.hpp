#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assay {

/// The address of a server, as a person typed it: http://HOST[:PORT][/PATH].
struct HttpUrl {
  std::string host;  ///< a name or an address; of IPv6 without its brackets
  std::uint16_t port = 80;
  std::string path;  ///< "" or "/v1", without a slash at the end

  [[nodiscard]] std::string authority() const;  ///< "127.0.0.1:8000", "[::1]:8000"
  [[nodiscard]] std::string text() const { return "http://" + authority() + path; }
};

/// Throws std::invalid_argument with one line. A text that may hold a secret (a user, a query) is not repeated in it.
[[nodiscard]] HttpUrl parse_http_url(std::string_view text);

}  // namespace assay
