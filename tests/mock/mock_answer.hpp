#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/mock/mock_script.hpp"

namespace assay::test_support {

/// What a request asks for.
struct MockQuestion {
  enum class Kind : std::uint8_t { completion, chat, triton, kserve, unknown };
  Kind kind = Kind::unknown;
  std::uint32_t tokens = 16;
  std::string key;  ///< that came with it
};
[[nodiscard]] MockQuestion question_from(std::string_view head, std::string_view body);

/// One chunk of the HTTP body that holds one event of `data`.
[[nodiscard]] std::string event_chunk(std::string_view data);

/// The JSON of a chunk with tokens up to `count`, the last one of which has a reason to finish.
[[nodiscard]] std::string token_json(const MockScript& script, MockQuestion::Kind kind, std::uint32_t count,
                                     bool is_last);
[[nodiscard]] std::string role_json();
/// The JSON of the last event: what is true, and the usage where the script tells it.
[[nodiscard]] std::string end_json(const MockScript& script, std::uint32_t count, const MockTruth& truth);

/// "HTTP/1.1 200 OK" and the head of a stream.
[[nodiscard]] std::string stream_head();
/// A whole answer with its length.
[[nodiscard]] std::string whole_answer(int status, std::string_view body);

}  // namespace assay::test_support
