#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/toml_reader.hpp"

// TOML that a person wrote, read strictly: what is wrong is said in one line of printable ASCII with its place. To be
// included in sources only, as toml_reader.hpp.

namespace assay {

/// Part of a file as it can stand in a message: printable ASCII, not endless.
[[nodiscard]] std::string toml_shown(std::string_view text, std::size_t longest = 60);

/// 1 to 40 lower-case letters, digits, '-' and '_'.
[[nodiscard]] bool is_toml_id(std::string_view text);

/// Refuses with the file and the line of what is wrong: std::runtime_error.
class TomlPlace {
 public:
  explicit TomlPlace(const std::string& file) : file_(toml_shown(file, 100)) {}
  [[noreturn]] void refuse(const toml::node* node, const std::string& fault) const;

 private:
  std::string file_;
};

/// One table of the file: each key is asked for once, and those nobody asked for are refused.
class TomlTable {
 public:
  TomlTable(const toml::table& table, std::string name, const TomlPlace& place)
      : table_(table), name_(std::move(name)), place_(place) {}

  [[nodiscard]] const toml::node* find(std::string_view key);
  /// `example`: what may stand behind the '=' where the key is missing.
  [[nodiscard]] const toml::node& at(std::string_view key, std::string_view example);
  [[nodiscard]] std::string text(std::string_view key, std::string_view example);
  [[nodiscard]] std::string text_or(std::string_view key, std::string otherwise);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] bool is_true(std::string_view key);
  [[nodiscard]] const toml::table& table(std::string_view key);
  /// The tables under lines [[key]]: at least one.
  [[nodiscard]] std::vector<const toml::table*> tables(std::string_view key);
  /// Its keys and texts, whatever the keys are.
  [[nodiscard]] std::map<std::string, std::string, std::less<>> all_texts() const;
  void no_other() const;

 private:
  [[nodiscard]] std::string text_of(const toml::node& node, std::string_view key) const;

  const toml::table& table_;
  std::string name_;
  const TomlPlace& place_;
  std::set<std::string_view> asked_;
};

/// The parser keeps a level of its stack for each part of a dotted key and of nested tables, and no file of ours needs
/// many. Refuses text that is longer than `most_bytes`, too.
void check_toml_shape(std::string_view text, const TomlPlace& place, std::size_t most_bytes);

[[nodiscard]] toml::table parsed_toml(std::string_view text, const TomlPlace& place);

/// Reads a file for one of our readers, at most a byte more than `most_bytes`. Throws std::runtime_error naming it and
/// an `example` of such a file.
[[nodiscard]] std::string read_toml_file(const std::string& file, std::size_t most_bytes, std::string_view example);

}  // namespace assay
