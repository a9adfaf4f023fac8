#pragma once

// Before Boost 1.74, which uses std::exchange without its header.
#include <utility>

#include <boost/beast.hpp>
#include <iterator>
#include <optional>
#include <string>

#include "lab/workbench/http_message.hpp"

// Between the library's messages and ours, for http_connection.hpp alone.

namespace assay::http_detail {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

inline std::string single_field(const http::request<http::string_body>& message, beast::string_view name) {
  const auto [first, last] = message.equal_range(name);
  return std::distance(first, last) == 1 ? std::string(first->value()) : std::string();
}

inline std::optional<std::string> optional_field(const http::request<http::string_body>& message,
                                                 beast::string_view name) {
  if (message.count(name) == 0) {
    return std::nullopt;
  }
  return single_field(message, name);
}

inline HttpRequest request_of(http::request<http::string_body>&& message) {
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

inline HttpResponse refusal_of(const error_code& error) {
  HttpResponse response{.status = 400, .type = "text/plain", .body = "not a request of HTTP/1.1\n"};
  if (error == http::error::header_limit) {
    response = {.status = 431, .type = "text/plain", .body = "more than 8 KB of header\n"};
  } else if (error == http::error::body_limit) {
    response = {.status = 413, .type = "text/plain", .body = "more than 64 KB of body\n"};
  }
  return response;
}

}  // namespace assay::http_detail
