#include "scenarios/thermal_envelope_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <variant>
#include <vector>

#include "scenarios/toml_characters.hpp"
#include "scenarios/toml_reader.hpp"

namespace assay {
namespace {

constexpr std::size_t kLongestShown = 60;
constexpr std::size_t kLongestPath = 150;

/// Part of a file as it can stand in a message: printable ASCII, not endless.
std::string shown(std::string_view text, std::size_t longest = kLongestShown) {
  std::string line{text.substr(0, longest)};
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

[[noreturn]] void refuse(const std::string& file, std::size_t line, std::string_view fault) {
  throw std::runtime_error(line == 0 ? fmt::format("{}: {}", shown(file, kLongestPath), fault)
                                     : fmt::format("{}, line {}: {}", shown(file, kLongestPath), line, fault));
}

/// A key, where its value goes and what a person can write there.
struct EnvelopeField {
  std::string_view key;
  std::variant<std::string ThermalEnvelope::*, double ThermalEnvelope::*, Nanoseconds ThermalEnvelope::*,
               std::vector<double> ThermalEnvelope::*>
      member;
  std::string_view example;
  bool required;
};

const std::array<EnvelopeField, 12> kFields{{{"name", &ThermalEnvelope::name, "\"phone\"", true},
                                             {"source", &ThermalEnvelope::source, "\"assumed, not measured\"", true},
                                             {"ambient_c", &ThermalEnvelope::ambient_c, "25.0", true},
                                             {"resistance_k_per_w", &ThermalEnvelope::resistance_k_per_w, "9.0", true},
                                             {"time_constant_s", &ThermalEnvelope::time_constant_s, "120.0", true},
                                             {"trip_c", &ThermalEnvelope::trip_c, "43.0", true},
                                             {"idle_w", &ThermalEnvelope::idle_w, "0.5", true},
                                             {"peak_w", &ThermalEnvelope::peak_w, "6.0", true},
                                             {"hysteresis_k", &ThermalEnvelope::hysteresis_k, "1.0", false},
                                             {"steps", &ThermalEnvelope::steps, "[1.0, 0.8, 0.6]", false},
                                             {"poll_period_s", &ThermalEnvelope::poll_period, "1.0", false},
                                             {"time_compression", &ThermalEnvelope::time_compression, "1.0", false}}};

/// Sets one member from one node. False if the node is of another type.
struct Setter {
  ThermalEnvelope& envelope;
  const toml::node& node;

  bool operator()(std::string ThermalEnvelope::*member) const {
    const auto value = node.value_exact<std::string>();
    envelope.*member = value.value_or("");
    return value.has_value();
  }
  bool operator()(double ThermalEnvelope::*member) const {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    envelope.*member = value.value_or(0.0);
    return value.has_value();
  }
  bool operator()(Nanoseconds ThermalEnvelope::*member) const {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    // Beyond a year either way it is out of every range, and a NaN is below all of them.
    constexpr double kYear = 3.2e7;
    envelope.*member = value && *value > 0.0 ? from_seconds(std::min(*value, kYear)) : Nanoseconds::zero();
    return value.has_value();
  }
  bool operator()(std::vector<double> ThermalEnvelope::*member) const {
    const toml::array* const list = node.as_array();
    std::vector<double>& values = envelope.*member;
    values.clear();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const auto value = (*list)[i].is_number() ? (*list)[i].value<double>() : std::nullopt;
      if (!value) {
        return false;
      }
      values.push_back(*value);
    }
    return list != nullptr;
  }
};

/// The parser keeps a level of its stack for each part of a dotted key, inline tables multiply them, and no envelope
/// needs either.
void check_shape(std::string_view text, const std::string& file) {
  constexpr std::size_t kLongestLine = 1000;
  if (text.size() > kMostEnvelopeBytes) {
    refuse(file, 0,
           fmt::format("is longer than {} bytes; an envelope has {} lines", kMostEnvelopeBytes, kFields.size()));
  }
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.size() > kLongestLine) {
      refuse(file, number, fmt::format("is longer than {} characters; write one key a line", kLongestLine));
    }
    if (line.find('{') != std::string_view::npos) {
      refuse(file, number, "holds '{', and an envelope has no tables; write one key a line, such as trip_c = 43.0");
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

toml::table parsed(std::string_view text, const std::string& file) {
  if (const auto line = line_of_stray_character(text)) {
    refuse(file, *line, std::string(kStrayCharacter));
  }
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    refuse(file, error.source().begin.line,
           fmt::format("no TOML: {}; write key = value, such as trip_c = 43.0", shown(error.description())));
  }
}

void check_keys(const toml::table& table, const std::string& file) {
  for (const auto& [key, node] : table) {
    const bool known = std::any_of(kFields.begin(), kFields.end(),
                                   [&key = key](const EnvelopeField& field) { return field.key == key.str(); });
    if (!known) {
      std::string keys;
      for (const EnvelopeField& field : kFields) {
        keys += fmt::format("{}{}", keys.empty() ? "" : ", ", field.key);
      }
      refuse(file, key.source().begin.line, fmt::format("unknown key {}; known are {}", shown(key.str()), keys));
    }
  }
}

std::size_t line_of(const toml::table& table, std::string_view key) {
  const toml::node* const node = table.get(key);
  return node == nullptr ? 0 : node->source().begin.line;
}

}  // namespace

ThermalEnvelope thermal_envelope_from_toml(std::string_view text, const std::string& file) {
  check_shape(text, file);
  const toml::table table = parsed(text, file);
  check_keys(table, file);
  ThermalEnvelope envelope;
  for (const EnvelopeField& field : kFields) {
    const toml::node* const node = table.get(field.key);
    if (node == nullptr && field.required) {
      refuse(file, 0, fmt::format("lacks {0}; add a line such as {0} = {1}", field.key, field.example));
    }
    if (node != nullptr && !std::visit(Setter{envelope, *node}, field.member)) {
      refuse(file, node->source().begin.line,
             fmt::format("{0} is of another type; write it like {0} = {1}", field.key, field.example));
    }
  }
  const std::vector<EnvelopeFault> faults = faults_of(envelope);
  if (!faults.empty()) {
    const EnvelopeFault& first = faults.front();
    const std::string others = faults.size() == 1 ? "" : fmt::format(" (and {} more to correct)", faults.size() - 1);
    refuse(file, line_of(table, first.key), fmt::format("{} {}{}", first.key, first.text, others));
  }
  return envelope;
}

ThermalEnvelope read_thermal_envelope(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMostEnvelopeBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (in.bad() || (text.empty() && !in.eof())) {
    refuse(path.string(), 0, "cannot be read; name a file such as share/envelopes/phone.toml");
  }
  return thermal_envelope_from_toml(text, path.string());
}

}  // namespace assay
