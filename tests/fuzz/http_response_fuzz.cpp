// What a server sends as HTTP. The first byte says where the bytes are cut: the cut must change nothing.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "scenarios/remote/http_response_reader.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

struct Taken {
  std::string body;
  std::size_t used = 0;
  int status = 0;
  bool complete = false;
  std::string problem;
  friend bool operator==(const Taken&, const Taken&) = default;
};

Taken take(std::string_view bytes, std::size_t cut) {
  HttpResponseReader response;
  Taken taken;
  const auto on_body = [&taken](std::string_view piece) { taken.body += piece; };
  taken.used = response.feed(bytes.substr(0, cut), on_body);
  require(taken.used == cut || response.complete() || !response.problem().empty(), "bytes stay only after an end");
  if (taken.used == cut) {
    taken.used += response.feed(bytes.substr(cut), on_body);
  }
  (void)response.close();
  require(response.complete() != !response.problem().empty(), "a closed response is complete or broken");
  taken.status = response.status();
  taken.complete = response.complete();
  taken.problem = response.problem();
  return taken;
}

void check(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::size_t cut = static_cast<unsigned char>(input.front()) % input.size();
  const std::string_view bytes = input.substr(1);
  const Taken whole = take(bytes, 0);
  require(whole.body.size() <= bytes.size(), "a body is a part of what came");
  const Taken pieces = take(bytes, std::min(cut, bytes.size()));
  require(pieces.complete == whole.complete && pieces.status == whole.status, "a cut changes no outcome");
  require(!whole.complete || pieces == whole, "a cut changes no response");
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
