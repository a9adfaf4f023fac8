#include "scenarios/datasheets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "analysis/run_file_field.hpp"
#include "harness/decimal_text.hpp"
#include "scenarios/toml_characters.hpp"
#include "scenarios/toml_reader.hpp"

namespace assay {
namespace {

constexpr std::size_t kLongestLine = 1000;
constexpr std::size_t kLongestShown = 60;

[[noreturn]] void refuse(const std::string& file, std::size_t line, const std::string& fault) {
  throw std::runtime_error(line == 0 ? fmt::format("{}: {}", printable(file, 150), fault)
                                     : fmt::format("{}, line {}: {}", printable(file, 150), line, fault));
}

/// One device of the file; each fault is said with its line.
class DeviceTable {
 public:
  DeviceTable(const toml::table& table, const std::string& file) : table_(table), file_(file) {}

  [[noreturn]] void refuse_at(const toml::node* node, const std::string& fault) const {
    refuse(file_, node == nullptr ? table_.source().begin.line : node->source().begin.line, fault);
  }

  void check_keys() const {
    constexpr std::array<std::string_view, 11> kKnown{"id",        "title",           "announced",          "source",
                                                      "note",      "peak_tera_per_s", "bandwidth_gb_per_s", "power_w",
                                                      "price_usd", "price_usd_most",  "price_source"};
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(kKnown, key.str()) == kKnown.end()) {
        refuse_at(&node, fmt::format("unknown key {}; known are {}", printable(key.str(), kLongestShown),
                                     fmt::join(kKnown, ", ")));
      }
    }
  }

  [[nodiscard]] std::string text_or(std::string_view key, const std::string& otherwise) const {
    const toml::node* const node = table_.get(key);
    if (node == nullptr) {
      return otherwise;
    }
    const auto value = node->value_exact<std::string>();
    constexpr std::size_t kLongest = 200;
    if (!value || value->empty() || value->size() > kLongest || printable(*value, kLongest) != *value) {
      refuse_at(node, fmt::format("{} must be one line of 1 to {} printable ASCII characters", key, kLongest));
    }
    return *value;
  }

  [[nodiscard]] std::string text(std::string_view key, std::string_view example) const {
    if (table_.get(key) == nullptr) {
      refuse_at(nullptr, fmt::format("a device lacks {}; add a line such as {} = {}", key, key, example));
    }
    return text_or(key, "");
  }

  [[nodiscard]] double positive(const toml::node& node, std::string_view key) const {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    constexpr double kMost = 1e12;
    if (!value || !(*value > 0.0) || *value > kMost) {
      refuse_at(&node, fmt::format("{} must be a number above 0, such as 67.0", printable(key, kLongestShown)));
    }
    return *value;
  }

  [[nodiscard]] std::optional<double> number(std::string_view key) const {
    const toml::node* const node = table_.get(key);
    return node == nullptr ? std::nullopt : std::optional(positive(*node, key));
  }

  [[nodiscard]] std::map<std::string, double> peaks() const {
    const toml::node* const node = table_.get("peak_tera_per_s");
    if (node == nullptr || !node->is_table() || node->as_table()->empty()) {
      refuse_at(node,
                "a device lacks peak_tera_per_s; add a line such as peak_tera_per_s = { f16 = 989.0, f32 = 67.0 }");
    }
    constexpr double kTera = 1e12;
    std::map<std::string, double> found;
    for (const auto& [key, value] : *node->as_table()) {
      const std::string name(key.str());
      if (name.empty() || name.size() > 8 ||
          !std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); })) {
        refuse_at(&value, "a data type has a name such as f16, f32 or i8");
      }
      found[name] = kTera * positive(value, name);
    }
    return found;
  }

 private:
  const toml::table& table_;
  const std::string& file_;
};

Datasheet datasheet_from(const toml::table& table, const std::string& file) {
  const DeviceTable device(table, file);
  device.check_keys();
  Datasheet sheet{.id = device.text("id", "\"h100-sxm\""),
                  .title = device.text("title", "\"NVIDIA H100 SXM\""),
                  .announced = device.text("announced", "\"2022-03\""),
                  .source = device.text("source", "\"NVIDIA H100 datasheet\""),
                  .note = device.text_or("note", ""),
                  .peak_per_s = device.peaks(),
                  .bandwidth_bytes_per_s = device.number("bandwidth_gb_per_s"),
                  .power_w = device.number("power_w"),
                  .price_usd = device.number("price_usd"),
                  .price_usd_most = device.number("price_usd_most"),
                  .price_source = device.text_or("price_source", "list price of the CS249r catalogue")};
  constexpr double kGiga = 1e9;
  if (sheet.bandwidth_bytes_per_s) {
    *sheet.bandwidth_bytes_per_s *= kGiga;
  }
  return sheet;
}

/// The parser keeps a level of its stack for each part of a dotted key, and no catalogue needs many.
void check_shape(std::string_view text, const std::string& file) {
  if (text.size() > kMostDatasheetBytes) {
    refuse(file, 0, fmt::format("is longer than {} bytes", kMostDatasheetBytes));
  }
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.size() > kLongestLine || std::ranges::count(line, '{') > 1 || std::ranges::count(line, '[') > 2) {
      refuse(file, number, "is too long or nested; write one key a line, as share/datasheets/ does");
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

std::string text_of(const std::string& file) {
  if (std::error_code error; !std::filesystem::is_regular_file(file, error)) {
    refuse(file, 0, "is no regular file");
  }
  std::ifstream in(file, std::ios::binary);
  std::string text(kMostDatasheetBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (in.bad() || (text.empty() && !in.eof())) {
    refuse(file, 0, "cannot be read");
  }
  return text;
}

}  // namespace

std::vector<Datasheet> datasheets_from_toml(std::string_view text, const std::string& file) {
  check_shape(text, file);
  if (const auto line = line_of_stray_character(text)) {
    refuse(file, *line, std::string(kStrayCharacter));
  }
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    refuse(file, error.source().begin.line,
           fmt::format("no TOML: {}; write key = value, such as power_w = 700.0",
                       printable(error.description(), kLongestShown)));
  }
  const toml::array* const devices = table.get("device") == nullptr ? nullptr : table.get("device")->as_array();
  if (devices == nullptr || devices->empty() || !devices->is_homogeneous(toml::node_type::table) || table.size() != 1) {
    refuse(file, 0, "must hold its devices under lines [[device]] and nothing else");
  }
  std::vector<Datasheet> sheets;
  for (const toml::node& node : *devices) {
    sheets.push_back(datasheet_from(*node.as_table(), file));
    const auto same = [&](const Datasheet& other) { return other.id == sheets.back().id; };
    if (std::ranges::count_if(sheets, same) > 1) {
      refuse(file, node.source().begin.line, fmt::format("id {} is there twice", sheets.back().id));
    }
  }
  return sheets;
}

std::vector<Datasheet> shipped_datasheets() { return datasheets_from_toml(datasheets_toml(), "datasheets.toml"); }

Datasheet find_datasheet(const std::string& text) {
  std::error_code error;
  const auto status = std::filesystem::status(text, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) {
    const std::vector<Datasheet> sheets = datasheets_from_toml(text_of(text), text);
    if (sheets.size() != 1) {
      refuse(text, 0, fmt::format("holds {} devices; an audit takes a file with one", sheets.size()));
    }
    return sheets.front();
  }
  const std::vector<Datasheet> sheets = shipped_datasheets();
  const auto found = std::ranges::find(sheets, text, &Datasheet::id);
  if (found == sheets.end()) {
    std::vector<std::string> ids;
    ids.reserve(sheets.size());
    for (const Datasheet& sheet : sheets) {
      ids.push_back(sheet.id);
    }
    throw std::invalid_argument(fmt::format("{} is no file and no datasheet of that name comes with the program: {}",
                                            quoted(std::string_view(text)), fmt::join(ids, ", ")));
  }
  return *found;
}

}  // namespace assay
