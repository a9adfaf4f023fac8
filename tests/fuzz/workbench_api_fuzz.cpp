// A request to the workbench: the first line is "METHOD TARGET", the rest the body. It is sent with the token and
// without; a lab that takes everything stands behind the API.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lab/workbench/api.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

const std::string& token() {
  static const std::string value = "0123456789abcdef0123456789abcdef";
  return value;
}

class OpenDesk : public LabDesk {
 public:
  std::string tracks() override { return "[]"; }
  std::string machine() override { return "{}"; }
  std::string state(const std::string& /*track*/) override { return "{}"; }
  void begin(const std::string& /*track*/, const std::string& /*nonce*/) override { ++calls; }
  void lock(const AskedLock& wish) override {
    require(!wish.number || std::isfinite(*wish.number), "a number is one");
    ++calls;
  }
  PlannedRun plan(const AskedRun& /*wish*/) override {
    ++calls;
    return {.arguments = {}, .title = "a run", .seconds = 1.0};
  }
  std::string evidence(const std::string& /*track*/, const std::string& id) override {
    require(id.size() == 64, "a line is named by its whole hash");
    return "{}";
  }
  std::string chart(const std::string& /*track*/, const std::string& id, const std::string& /*name*/) override {
    require(id.size() == 64, "a line is named by its whole hash");
    return "<svg/>";
  }
  std::string calibration(const std::string& /*track*/) override { return "<svg/>"; }
  void reflect(const AskedTexts& /*wish*/) override { ++calls; }
  void decide(const AskedTexts& /*wish*/) override { ++calls; }
  void write_export(const std::string& /*track*/) override { ++calls; }
  std::string report(const std::string& /*track*/, const std::string& format) override {
    require(format == "json" || format == "md" || format == "html", "a report has a known form");
    return "{}";
  }
  int calls = 0;
};

class NoMeasuring : public Measuring {
 public:
  void start(const AskedRun& /*wish*/, const PlannedRun& /*plan*/) override { ++calls; }
  void stop() override { ++calls; }
  std::string status() const override { return "{}"; }
  int calls = 0;
};

HttpRequest request_from_text(std::string_view text) {
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, line_end);
  const std::size_t blank = std::min(line.find(' '), line.size());
  const std::string target(line.substr(std::min(blank + 1, line.size())));
  const std::size_t question = target.find('?');
  return {.method = std::string(line.substr(0, blank)),
          .path = target.substr(0, question),
          .query = question == std::string::npos ? "" : target.substr(question + 1),
          .host = "127.0.0.1:4711",
          .origin = {},
          .authorization = {},
          .fetch_site = {},
          .body = std::string(text.substr(std::min(line_end + 1, text.size())))};
}

bool has_header(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) {
      require(value.find_first_of("\r\n") == std::string::npos, "a header is one line");
      return true;
    }
  }
  return false;
}

void check(std::string_view text) {
  OpenDesk desk;
  NoMeasuring measuring;
  Api api({.token = token(), .port = 4711},
          {.desk = desk, .measuring = measuring, .changed = [] {}, .doctor = [] { return std::string("{}"); }});
  HttpRequest request = request_from_text(text);
  const HttpResponse closed = api.answer(request);
  require(desk.calls == 0 && measuring.calls == 0, "nothing is done without the token");
  require(!is_api_path(request.path) || closed.status == 401, "nothing is shown without the token");
  request.authorization = "Bearer " + token();
  const HttpResponse open = api.answer(request);
  require(request.method != "GET" || desk.calls + measuring.calls == 0, "a GET changes nothing");
  require(has_header(open, "Content-Security-Policy") && has_header(open, "X-Content-Type-Options"),
          "every answer carries the protective headers");
  require(open.status != 500, "no request is a fault of the server");
  if (open.type == "application/json" && !open.is_event_stream) {
    require(nlohmann::json::accept(open.body), "what says that it is JSON is JSON");
  }
  request.host = "evil.example:4711";
  require(api.answer(request).status == 403, "another host is refused");
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
