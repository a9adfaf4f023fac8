#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Text from a file as it can stand in a one-line message: printable ASCII, '?' for all else (an escape sequence of a
/// terminal may also hide in UTF-8), at most `longest` characters.
[[nodiscard]] std::string printable(std::string_view text, std::size_t longest);

/// What a message shows of a key at most, in characters.
inline constexpr std::size_t kLongestShownKey = 60;

/// A place in an untrusted JSON text that knows its own path. Each reading function checks the type and throws
/// std::runtime_error with one line "SOURCE: result.latency.count: expected a count, found a string".
class Field {
 public:
  Field(std::string_view source, const nlohmann::json& root) : source_(source), value_(&root) {}

  /// A member of this object; reading an absent one fails with "found nothing".
  [[nodiscard]] Field member(std::string_view key) const;
  /// The elements of this array.
  [[nodiscard]] std::vector<Field> elements() const;
  /// The members of this object, with their keys.
  [[nodiscard]] std::vector<std::pair<std::string, Field>> members() const;

  [[nodiscard]] bool absent() const;  ///< no such member, or null
  [[nodiscard]] bool is_text() const;
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string text_or_empty() const;  ///< "" if absent
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] double number_or(double fallback) const;  ///< `fallback` if absent
  [[nodiscard]] double non_negative() const;
  [[nodiscard]] std::optional<double> optional_number() const;
  [[nodiscard]] std::uint64_t count() const;  ///< an integer from 0
  [[nodiscard]] std::uint64_t count_or(std::uint64_t fallback) const;
  [[nodiscard]] std::optional<std::uint64_t> optional_count() const;
  [[nodiscard]] int small_integer() const;  ///< an integer that fits an int
  [[nodiscard]] std::vector<std::string> texts() const;
  [[nodiscard]] std::vector<int> small_integers() const;
  [[nodiscard]] std::string compact() const;  ///< the JSON text of this value

  [[noreturn]] void fail(std::string_view expected) const;

 private:
  Field(std::string_view source, std::string path, const nlohmann::json* value)
      : source_(source), path_(std::move(path)), value_(value) {}

  std::string_view source_;
  std::string path_;
  const nlohmann::json* value_;  ///< null pointer: no such member
};

}  // namespace assay
