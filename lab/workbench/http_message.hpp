#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay {

/// A request as the handlers see it, without the library that read it.
struct HttpRequest {
  std::string method;  ///< "GET"
  std::string path;    ///< "/api/runs/3", undecoded
  std::string query;   ///< what follows the first '?', undecoded
  std::string host;    ///< empty: none, or more than one
  std::optional<std::string> origin;
  std::optional<std::string> authorization;
  std::optional<std::string> fetch_site;  ///< Sec-Fetch-Site
  std::string body;
};

struct HttpResponse {
  unsigned status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool is_event_stream = false;  ///< of a 200: the connection stays open and gets what is published
  bool has_token = false;        ///< the request showed the token: its connection is none of a stranger any more
};

/// The value of `name` in "a=1&b=2", percent signs decoded; nothing if it is not there or badly encoded.
[[nodiscard]] std::optional<std::string> query_value(const std::string& query, const std::string& name);

}  // namespace assay
