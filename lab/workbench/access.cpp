#include "lab/workbench/access.hpp"

#include <algorithm>
#include <cstddef>

namespace assay {

namespace {

bool is_port(std::string_view text) {
  constexpr std::size_t kMostDigits = 5;
  return !text.empty() && text.size() <= kMostDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Exactly a loopback name and the port: a prefix, a user name or a trailing dot makes it another host.
bool is_own_host(const AccessRules& rules, std::string_view host) {
  for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
    if (!host.starts_with(name) || host.substr(name.size(), 1) != ":") {
      continue;
    }
    const std::string_view port = host.substr(name.size() + 1);
    return rules.port ? port == std::to_string(*rules.port) : is_port(port);
  }
  return false;
}

bool carries_token(const AccessRules& rules, const HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  return request.authorization && request.authorization->starts_with(kScheme) &&
         equal_in_constant_time(std::string_view(*request.authorization).substr(kScheme.size()), rules.token);
}

}  // namespace

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  // The length of the token is no secret.
  if (a.size() != b.size() || b.empty()) {
    return false;
  }
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

bool is_api_path(std::string_view path) { return path == "/api" || path.starts_with("/api/"); }

std::optional<AccessRefusal> access_refusal(const AccessRules& rules, const HttpRequest& request) {
  if (!is_own_host(rules, request.host)) {
    return AccessRefusal{403, "this server answers to the address that it printed and to no other name"};
  }
  if (!is_api_path(request.path)) {
    return std::nullopt;
  }
  if (request.origin && *request.origin != "http://" + request.host) {
    return AccessRefusal{403, "another page may not ask this server"};
  }
  if (request.fetch_site && *request.fetch_site != "same-origin" && *request.fetch_site != "none") {
    return AccessRefusal{403, "another page may not ask this server"};
  }
  if (!carries_token(rules, request)) {
    return AccessRefusal{401, "the token is missing or wrong: open the address that the terminal printed"};
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> protective_headers() {
  return {{"Content-Security-Policy",
           "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'; object-src 'none'"},
          {"X-Content-Type-Options", "nosniff"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"X-Frame-Options", "DENY"},
          {"Cache-Control", "no-store"}};
}

}  // namespace assay
