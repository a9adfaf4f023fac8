// Events and their JSON, as a server streams them. The first byte says where the bytes are cut.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/remote/answer_reader.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {
namespace {

std::vector<std::string> events_of(std::string_view bytes, std::size_t cut) {
  SseStream stream;
  std::vector<std::string> events;
  const auto on_data = [&events](std::string_view data) { events.emplace_back(data); };
  const bool taken = stream.feed(bytes.substr(0, cut), on_data) && stream.feed(bytes.substr(cut), on_data);
  require(taken || bytes.size() >= SseStream::kLargestEvent, "only a large event is refused");
  return events;
}

void check_answer(std::string_view body, AnswerRule::Form form) {
  AnswerReader reader({.form = form, .tokens = 4, .exact = false});
  LogLinearHistogram gaps;
  reader.begin();
  reader.feed("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", Instant{}, gaps);
  reader.feed(body, Instant{std::chrono::seconds{1}}, gaps);
  if (!reader.ended()) {
    reader.close();
  }
  require(reader.ended(), "a closed answer has ended");
  if (!reader.error()) {
    require(form == AnswerRule::Form::kserve || (reader.tokens() >= 1 && reader.tokens() <= 4),
            "a success has the tokens that were asked for");
    require(form == AnswerRule::Form::kserve || reader.first_token().has_value(), "a success has a first token");
  }
  require(reader.excerpt().size() <= 256, "an excerpt is short");
}

void check(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::string_view bytes = input.substr(1);
  const std::size_t cut = bytes.empty() ? 0 : static_cast<unsigned char>(input.front()) % bytes.size();
  const std::vector<std::string> whole = events_of(bytes, 0);
  require(events_of(bytes, cut) == whole, "a cut changes no event");
  for (const std::string& event : whole) {
    AnswerChunk chunk;
    if (read_answer_chunk(event, chunk)) {
      require(event.find('{') != std::string::npos && chunk.error.size() <= event.size(), "an object has a brace");
    }
  }
  for (const auto form : {AnswerRule::Form::openai_stream, AnswerRule::Form::triton_stream, AnswerRule::Form::kserve}) {
    check_answer(bytes, form);
  }
}

}  // namespace
}  // namespace assay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
