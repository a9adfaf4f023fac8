#include "lab/command_error.hpp"
#include "lab/workbench/http_server.hpp"

namespace assay {

struct HttpServer::Impl {};

HttpServer::HttpServer(const HttpServerOptions& /*options*/) {
  throw CommandError(
      ExitCode::environment_refused,
      "this assay was built without its workbench (ASSAY_WITH_WORKBENCH=OFF); the lab in the terminal is "
      "all there: assay lab status");
}
HttpServer::~HttpServer() = default;
std::uint16_t HttpServer::port() const { return 0; }
void HttpServer::serve(Handler /*handler*/) {}
void HttpServer::stop() {}
void HttpServer::every(std::chrono::nanoseconds /*period*/, std::function<void()> /*action*/) {}
void HttpServer::post(std::function<void()> /*action*/) {}
void HttpServer::publish(const std::string& /*event*/, const std::string& /*data*/) {}

}  // namespace assay
