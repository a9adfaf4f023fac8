#include "scenarios/remote/http_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "scenarios/custom/answer_check.hpp"

namespace assay {

namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kExample = "expected http://HOST:PORT/PATH, e.g. http://127.0.0.1:8000/v1";

bool is_host(std::string_view host, bool bracketed) {
  constexpr std::size_t kLongestName = 253;  // RFC 1035, 2.3.4
  return !host.empty() && host.size() <= kLongestName && std::ranges::all_of(host, [bracketed](char c) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return alphanumeric || c == '.' || (bracketed ? c == ':' : c == '-' || c == '_');
  });
}

/// What follows the host: "" or ":8000".
std::uint16_t port_of(std::string_view text) {
  if (text.empty()) {
    return 80;
  }
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + 1, end, port);
  if (text.front() != ':' || error != std::errc{} || rest != end || port == 0) {
    throw std::invalid_argument(fmt::format("port '{}': must be within 1 and 65535", one_line(text.substr(1))));
  }
  return port;
}

}  // namespace

std::string HttpUrl::authority() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
}

HttpUrl parse_http_url(std::string_view text) {
  constexpr std::size_t kLongest = 2000;
  if (text.find('@') != std::string_view::npos) {
    throw std::invalid_argument("no user and no key in the address; a key comes from the environment: ASSAY_API_KEY");
  }
  if (text.find_first_of("?#") != std::string_view::npos) {
    throw std::invalid_argument("no '?' and no '#' in the address; a key comes from the environment: ASSAY_API_KEY");
  }
  if (text.starts_with("https://")) {
    throw std::invalid_argument(
        "https is not built in; let a proxy on this machine open the encrypted connection (e.g. stunnel, nginx or "
        "socat) and name its http address");
  }
  const auto unfit = [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; };
  if (!text.starts_with(kHttp) || text.size() > kLongest || std::ranges::any_of(text, unfit)) {
    throw std::invalid_argument(fmt::format("'{}': {}", one_line(text), kExample));
  }
  std::string_view rest = text.substr(kHttp.size());
  const std::string_view place = rest.substr(0, rest.find('/'));
  std::string_view path = rest.substr(place.size());
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const bool bracketed = place.starts_with('[');
  const std::size_t host_end = bracketed ? place.find(']') : place.find(':');
  const std::string_view host = place.substr(bracketed ? 1 : 0, bracketed ? host_end - 1 : host_end);
  if ((bracketed && host_end == std::string_view::npos) || !is_host(host, bracketed)) {
    throw std::invalid_argument(fmt::format("'{}': {}", one_line(text), kExample));
  }
  const std::string_view port =
      host_end == std::string_view::npos ? std::string_view{} : place.substr(host_end + (bracketed ? 1 : 0));
  return {.host = std::string(host), .port = port_of(port), .path = std::string(path)};
}

}  // namespace assay
