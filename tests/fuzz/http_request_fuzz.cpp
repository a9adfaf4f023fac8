// The bytes of a request, as they reach the workbench: read by the library with the server's limits and handed to the
// rules of access, as its connections do it.
#include <cstdint>
#include <string_view>

#include "lab/workbench/access.hpp"
#include "lab/workbench/beast_messages.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

namespace http = http_detail::http;

void check(std::string_view bytes) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(8 * 1024);
  parser.body_limit(std::uint64_t{64} * 1024);
  parser.eager(true);
  http_detail::error_code error;
  std::size_t used = 0;
  while (!error && !parser.is_done() && used < bytes.size()) {
    const std::size_t taken = parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
    if (taken == 0) {
      break;
    }
    used += taken;
  }
  if (error && error != http::error::need_more) {
    const HttpResponse refusal = http_detail::refusal_of(error);
    require(refusal.status >= 400 && refusal.status < 500, "a request that is none is refused");
    return;
  }
  if (!parser.is_done()) {
    return;
  }
  const HttpRequest request = http_detail::request_of(parser.release());
  require(request.body.size() <= std::size_t{64} * 1024, "a body keeps its limit");
  require(request.path.find_first_of("\r\n") == std::string::npos, "a path is one line");
  const AccessRules rules{.token = "0123456789abcdef0123456789abcdef", .port = 4711};
  const auto refusal = access_refusal(rules, request);
  if (request.host != "127.0.0.1:4711" && request.host != "localhost:4711" && request.host != "[::1]:4711") {
    require(refusal && refusal->status == 403, "another host is refused");
  }
  if (is_api_path(request.path) && request.authorization != "Bearer 0123456789abcdef0123456789abcdef") {
    require(refusal.has_value(), "nothing of the API is open without the token");
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
