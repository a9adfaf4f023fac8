#include "scenarios/remote/answer_chunk.hpp"

#include "scenarios/remote/json_cursor.hpp"

namespace assay {

namespace {

void read_generated(JsonCursor& json, AnswerChunk& chunk) {
  std::string_view text;
  if (json.read_text(text)) {
    chunk.has_text = chunk.has_text || !text.empty();
  } else {
    json.skip();
  }
}

/// choices[].delta or choices[].message.
void read_message(JsonCursor& json, AnswerChunk& chunk) {
  if (!json.enter_object()) {
    json.skip();
    return;
  }
  std::string_view key;
  while (json.next_member(key)) {
    // A model that reasons generates those tokens too.
    if (key == "content" || key == "reasoning_content" || key == "reasoning") {
      read_generated(json, chunk);
    } else {
      json.skip();
    }
  }
}

void read_choice(JsonCursor& json, AnswerChunk& chunk) {
  if (!json.enter_object()) {
    json.skip();
    return;
  }
  std::string_view key;
  while (json.next_member(key)) {
    if (key == "text") {
      read_generated(json, chunk);
    } else if (key == "delta" || key == "message") {
      read_message(json, chunk);
    } else if (key == "finish_reason") {
      if (!json.read_null()) {
        chunk.finished = true;
        json.skip();
      }
    } else {
      json.skip();
    }
  }
}

void read_choices(JsonCursor& json, AnswerChunk& chunk) {
  if (!json.enter_array()) {
    json.skip();
    return;
  }
  while (json.next_element()) {
    chunk.has_choices = true;
    read_choice(json, chunk);
  }
}

void read_tokens(JsonCursor& json, std::optional<std::uint32_t>& into) {
  constexpr std::uint64_t kMost = 1'000'000'000;
  std::uint64_t count = 0;
  if (!json.read_count(count)) {
    json.skip();
  } else if (count <= kMost) {
    into = static_cast<std::uint32_t>(count);
  }
}

void read_usage(JsonCursor& json, AnswerChunk& chunk) {
  if (!json.enter_object()) {
    json.skip();
    return;
  }
  std::string_view key;
  while (json.next_member(key)) {
    if (key == "completion_tokens") {
      read_tokens(json, chunk.generated_count);
    } else if (key == "prompt_tokens") {
      read_tokens(json, chunk.prompt_count);
    } else {
      json.skip();
    }
  }
}

/// "error": "words", or an object with a message.
void read_error(JsonCursor& json, AnswerChunk& chunk) {
  if (json.read_null()) {
    return;
  }
  chunk.is_error = true;
  if (json.read_text(chunk.error)) {
    return;
  }
  if (!json.enter_object()) {
    json.skip();
    return;
  }
  std::string_view key;
  while (json.next_member(key)) {
    if (key != "message" || !json.read_text(chunk.error)) {
      json.skip();
    }
  }
}

void read_member(JsonCursor& json, std::string_view key, AnswerChunk& chunk) {
  std::string_view text;
  if (key == "choices") {
    read_choices(json, chunk);
  } else if (key == "usage") {
    read_usage(json, chunk);
  } else if (key == "error") {
    read_error(json, chunk);
  } else if (key == "text_output") {  // Triton
    chunk.has_choices = true;
    read_generated(json, chunk);
  } else if (key == "outputs") {  // KServe
    chunk.has_outputs = true;
    json.skip();
  } else if (key == "object" && json.read_text(text)) {
    chunk.is_error = chunk.is_error || text == "error";  // vLLM before 0.11
  } else if (key == "message" && json.read_text(text)) {
    chunk.error = text;
  } else {
    json.skip();
  }
}

}  // namespace

bool read_answer_chunk(std::string_view json, AnswerChunk& chunk) {
  chunk = {};
  JsonCursor cursor(json);
  if (!cursor.enter_object()) {
    return false;
  }
  std::string_view key;
  while (cursor.next_member(key)) {
    read_member(cursor, key, chunk);
  }
  return cursor.finished();
}

}  // namespace assay
