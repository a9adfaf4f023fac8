#include "analysis/run_file_field.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace assay {
namespace {

std::string found(const nlohmann::json* value) {
  if (value == nullptr) {
    return "nothing";
  }
  switch (value->type()) {
    case nlohmann::json::value_t::null:
      return "null";
    case nlohmann::json::value_t::object:
      return "an object";
    case nlohmann::json::value_t::array:
      return "an array";
    case nlohmann::json::value_t::string:
      return "a string";
    case nlohmann::json::value_t::boolean:
      return value->get<bool>() ? "true" : "false";
    default:
      return value->dump();
  }
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  std::string result;
  for (const char c : text.substr(0, longest)) {
    result += c >= ' ' && c <= '~' ? c : '?';
  }
  return result;
}

void Field::fail(std::string_view expected) const {
  throw std::runtime_error(fmt::format("{}: {}: expected {}, found {}", source_, path_.empty() ? "the file" : path_,
                                       expected, found(value_)));
}

Field Field::member(std::string_view key) const {
  if (value_ == nullptr || !value_->is_object()) {
    fail("an object");
  }
  const auto member = value_->find(std::string(key));
  return {
      source_,
      path_.empty() ? printable(key, kLongestShownKey) : fmt::format("{}.{}", path_, printable(key, kLongestShownKey)),
      member == value_->end() ? nullptr : &*member};
}

std::vector<Field> Field::elements() const {
  if (value_ == nullptr || !value_->is_array()) {
    fail("an array");
  }
  std::vector<Field> all;
  all.reserve(value_->size());
  for (const auto& element : *value_) {
    all.push_back(Field(source_, fmt::format("{}[{}]", path_, all.size()), &element));
  }
  return all;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  if (value_ == nullptr || !value_->is_object()) {
    fail("an object");
  }
  std::vector<std::pair<std::string, Field>> all;
  for (const auto& item : value_->items()) {
    all.emplace_back(item.key(), member(item.key()));
  }
  return all;
}

bool Field::absent() const { return value_ == nullptr || value_->is_null(); }

bool Field::is_text() const { return value_ != nullptr && value_->is_string(); }

bool Field::is_number() const { return value_ != nullptr && value_->is_number(); }

std::string Field::text() const {
  if (!is_text()) {
    fail("a string");
  }
  return value_->get<std::string>();
}

std::string Field::text_or_empty() const { return absent() ? std::string{} : text(); }

bool Field::boolean() const {
  if (value_ == nullptr || !value_->is_boolean()) {
    fail("true or false");
  }
  return value_->get<bool>();
}

double Field::number() const {
  if (value_ == nullptr || !value_->is_number()) {
    fail("a number");
  }
  return value_->get<double>();
}

double Field::number_or(double fallback) const { return absent() ? fallback : number(); }

double Field::non_negative() const {
  if (value_ == nullptr || !value_->is_number() || value_->get<double>() < 0.0) {
    fail("a number from 0");
  }
  return value_->get<double>();
}

std::optional<double> Field::optional_number() const {
  if (absent()) {
    return std::nullopt;
  }
  if (!value_->is_number()) {
    fail("a number or null");
  }
  return value_->get<double>();
}

std::uint64_t Field::count() const {
  if (value_ == nullptr || !value_->is_number_unsigned()) {
    fail("an integer from 0");
  }
  return value_->get<std::uint64_t>();
}

std::uint64_t Field::count_or(std::uint64_t fallback) const { return absent() ? fallback : count(); }

std::optional<std::uint64_t> Field::optional_count() const { return absent() ? std::nullopt : std::optional(count()); }

int Field::small_integer() const {
  constexpr auto kLargest = std::numeric_limits<int>::max();
  if (value_ == nullptr || !value_->is_number_integer() || value_->get<double>() > kLargest ||
      value_->get<double>() < -kLargest) {
    fail("an integer");
  }
  return value_->get<int>();
}

std::vector<std::string> Field::texts() const {
  std::vector<std::string> all;
  for (const Field& element : elements()) {
    all.push_back(element.text());
  }
  return all;
}

std::vector<int> Field::small_integers() const {
  std::vector<int> all;
  for (const Field& element : elements()) {
    all.push_back(element.small_integer());
  }
  return all;
}

std::string Field::compact() const {
  return value_ == nullptr ? "null" : value_->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace assay
