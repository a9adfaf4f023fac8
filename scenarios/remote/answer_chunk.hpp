#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace assay {

/// What the JSON text of one event, or of a whole answer, says.
struct AnswerChunk {
  bool has_text = false;     ///< generated text that is not empty; a chunk with the role alone has none
  bool has_choices = false;  ///< at least one
  bool finished = false;     ///< says why it finished
  bool has_outputs = false;  ///< KServe
  std::optional<std::uint32_t> generated_count;  ///< tokens generated so far: usage.completion_tokens
  std::optional<std::uint32_t> prompt_count;     ///< usage.prompt_tokens
  bool is_error = false;
  std::string_view error;  ///< its words as they stand, within the text that was read
};

/// Understands what OpenAI-compatible servers, Triton's generate_stream and KServe v2 send. False if the text is no
/// JSON object; a field that is not what it should be counts as absent.
[[nodiscard]] bool read_answer_chunk(std::string_view json, AnswerChunk& chunk);

}  // namespace assay
