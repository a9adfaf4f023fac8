#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/workbench/http_message.hpp"

// Who may ask the workbench. Every user of a machine reaches its loopback interface, and so does every page that a
// browser there has open: a request must name this server as its host (a name that an attacker has turned to 127.0.0.1
// does not), and whatever reads or changes the lab must carry the token, which only the person's own page has.

namespace assay {

struct AccessRules {
  std::string token;                  ///< 32 hex digits
  std::optional<std::uint16_t> port;  ///< absent: a Unix socket, which a tunnel may show under any port
};

struct AccessRefusal {
  unsigned status = 403;
  std::string reason;  ///< one sentence, nothing of the request in it
};

/// Why a request is refused; nothing if it may pass. Paths below "/api/" need the token, the page itself does not.
[[nodiscard]] std::optional<AccessRefusal> access_refusal(const AccessRules& rules, const HttpRequest& request);

/// Takes as long for a wrong first letter as for a wrong last one.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

[[nodiscard]] bool is_api_path(std::string_view path);

/// Headers that every answer carries: no foreign script, frame or reader, and nothing of the API in a cache.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> protective_headers();

}  // namespace assay
