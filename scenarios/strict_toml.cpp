#include "scenarios/strict_toml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "harness/decimal_text.hpp"
#include "scenarios/toml_characters.hpp"

namespace assay {

std::string toml_shown(std::string_view text, std::size_t longest) {
  std::string line{text.substr(0, longest)};
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

bool is_toml_id(std::string_view text) {
  return !text.empty() && text.size() <= 40 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

void TomlPlace::refuse(const toml::node* node, const std::string& fault) const {
  const std::size_t line = node == nullptr ? 0 : node->source().begin.line;
  throw std::runtime_error(line == 0 ? fmt::format("{}: {}", file_, toml_shown(fault, 280))
                                     : fmt::format("{}, line {}: {}", file_, line, toml_shown(fault, 280)));
}

const toml::node* TomlTable::find(std::string_view key) {
  asked_.insert(key);
  return table_.get(key);
}

const toml::node& TomlTable::at(std::string_view key, std::string_view example) {
  const toml::node* const node = find(key);
  if (node == nullptr) {
    place_.refuse(&table_, fmt::format("{} lacks {}; add a line such as {} = {}", name_, key, key, example));
  }
  return *node;
}

std::string TomlTable::text_of(const toml::node& node, std::string_view key) const {
  const auto value = node.value_exact<std::string>();
  if (!value || value->empty()) {
    place_.refuse(&node, fmt::format("{} in {} must be a text that is not empty", key, name_));
  }
  // What it says goes into terminals and pages, in the words of the file.
  if (std::ranges::any_of(*value, [](char c) { return c < ' ' || c > '~'; })) {
    place_.refuse(&node, fmt::format("{} in {} must be one line of printable ASCII", key, name_));
  }
  return *value;
}

std::string TomlTable::text(std::string_view key, std::string_view example) { return text_of(at(key, example), key); }

std::string TomlTable::text_or(std::string_view key, std::string otherwise) {
  const toml::node* const node = find(key);
  return node == nullptr ? std::move(otherwise) : text_of(*node, key);
}

std::vector<std::string> TomlTable::texts(std::string_view key) {
  const toml::node* const node = find(key);
  std::vector<std::string> values;
  if (node == nullptr) {
    return values;
  }
  const toml::array* const list = node->as_array();
  if (list == nullptr) {
    place_.refuse(node, fmt::format("{} in {} must be a list of texts", key, name_));
  }
  for (const toml::node& entry : *list) {
    values.push_back(text_of(entry, key));
  }
  return values;
}

bool TomlTable::is_true(std::string_view key) {
  const toml::node* const node = find(key);
  const auto value = node == nullptr ? std::optional(false) : node->value_exact<bool>();
  if (!value) {
    place_.refuse(node, fmt::format("{} in {} must be true or false", key, name_));
  }
  return *value;
}

const toml::table& TomlTable::table(std::string_view key) {
  const toml::node& node = at(key, "{ ... }");
  if (node.as_table() == nullptr) {
    place_.refuse(&node, fmt::format("{} in {} must be a table", key, name_));
  }
  return *node.as_table();
}

std::vector<const toml::table*> TomlTable::tables(std::string_view key) {
  const toml::node& node = at(key, fmt::format("[[{}]]", key));
  const auto refuse = [&](const toml::node& where) {
    place_.refuse(&where, fmt::format("{0} must be tables, each under a line [[{0}]]", key));
  };
  if (node.as_array() == nullptr || node.as_array()->empty()) {
    refuse(node);
  }
  std::vector<const toml::table*> tables;
  for (const toml::node& entry : *node.as_array()) {
    if (entry.as_table() == nullptr) {
      refuse(entry);
    }
    tables.push_back(entry.as_table());
  }
  return tables;
}

std::map<std::string, std::string, std::less<>> TomlTable::all_texts() const {
  std::map<std::string, std::string, std::less<>> values;
  for (const auto& [key, node] : table_) {
    values.emplace(toml_shown(key.str()), text_of(node, toml_shown(key.str())));
  }
  return values;
}

void TomlTable::no_other() const {
  for (const auto& [key, node] : table_) {
    if (!asked_.contains(key.str())) {
      place_.refuse(&node, fmt::format("unknown key {} in {}; known are {}", toml_shown(key.str()), name_,
                                       fmt::join(asked_, ", ")));
    }
  }
}

void check_toml_shape(std::string_view text, const TomlPlace& place, std::size_t most_bytes) {
  constexpr std::size_t kLongestLine = 1000;
  constexpr std::ptrdiff_t kMostBraces = 4;
  if (text.size() > most_bytes) {
    place.refuse(nullptr, fmt::format("is longer than {} bytes", most_bytes));
  }
  std::size_t number = 1;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const auto opened = std::ranges::count(line, '{') + std::ranges::count(line, '[');
    const auto dots = std::ranges::count(line.substr(0, line.find('=')), '.');
    if (line.size() > kLongestLine || opened > kMostBraces || dots > 2 * kMostBraces) {
      place.refuse(nullptr, fmt::format("line {} is too long or too deeply nested; write one key a line", number));
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    ++number;
  }
}

toml::table parsed_toml(std::string_view text, const TomlPlace& place) {
  if (const auto line = line_of_stray_character(text)) {
    place.refuse(nullptr, fmt::format("line {} is {}", *line, kStrayCharacter));
  }
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    place.refuse(nullptr, fmt::format("line {} is no TOML: {}", error.source().begin.line,
                                      toml_shown(error.description(), 120)));
  }
}

std::string read_toml_file(const std::string& file, std::size_t most_bytes, std::string_view example) {
  // A pipe would wait for somebody to write to it, and a device has no end.
  if (std::error_code error; !std::filesystem::is_regular_file(file, error)) {
    throw std::runtime_error(
        fmt::format("{}: is no regular file; name a file such as {}", quoted(std::string_view(file)), example));
  }
  std::ifstream in(file, std::ios::binary);
  std::string text(most_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (in.bad() || (text.empty() && !in.eof())) {
    throw std::runtime_error(fmt::format("{}: cannot be read; name a file such as {}", file, example));
  }
  return text;
}

}  // namespace assay
