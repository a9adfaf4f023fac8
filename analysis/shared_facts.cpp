#include "analysis/shared_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/run_file_field.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestShown = 80;
constexpr std::size_t kMostTraces = 20;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

std::string lowered(std::string_view text) {
  std::string copy(text);
  std::ranges::transform(copy, copy.begin(), lower);
  return copy;
}

/// Where `name` stands alone in `text`, both in lower case.
std::size_t find_alone(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !is_word(text[at - 1]) || !is_word(name.front());
    if (begins && (end == text.size() || !is_word(text[end]) || !is_word(name.back()))) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// Calls visit(place, text) for each text of a document, its keys too.
template <class Visit>
void each_text(const json& value, const std::string& place, const Visit& visit) {
  if (value.is_string()) {
    visit(place, value.get_ref<const std::string&>());
  } else if (value.is_array()) {
    for (const json& element : value) {
      each_text(element, place, visit);
    }
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      const std::string below = (place.empty() ? "" : place + ".") + printable(key, kLongestShown);
      visit(below + " (its name)", key);
      each_text(member, below, visit);
    }
  }
}

std::size_t count_numbers(const json& value) {
  if (!value.is_structured()) {
    return value.is_number() ? 1 : 0;
  }
  std::size_t count = 0;
  for (const json& member : value) {
    count += count_numbers(member);
  }
  return count;
}

/// Length of a MAC address at the beginning of `text`, 0 if there is none.
std::size_t mac_length(std::string_view text) {
  constexpr std::size_t kLength = 17;
  if (text.size() < kLength || (text.size() > kLength && (is_word(text[kLength]) || text[kLength] == text[2]))) {
    return 0;
  }
  for (std::size_t i = 0; i < kLength; ++i) {
    const bool separator = i % 3 == 2;
    if (separator ? text[i] != text[2] || (text[i] != ':' && text[i] != '-') : !is_hex(text[i])) {
      return 0;
    }
  }
  return kLength;
}

/// Length of an IPv4 address, 0 if there is none or it names this computer only.
std::size_t ip_length(std::string_view text) {
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    int value = 0;
    const std::size_t begin = at;
    while (at < text.size() && at - begin < 3 && is_digit(text[at])) {
      value = 10 * value + (text[at++] - '0');
    }
    if (at == begin || value > 255 || (part < 3 && (at == text.size() || text[at++] != '.'))) {
      return 0;
    }
  }
  const bool goes_on =
      at < text.size() && (is_word(text[at]) || (text[at] == '.' && at + 1 < text.size() && is_digit(text[at + 1])));
  const bool own = text.starts_with("127.") || text.starts_with("0.0.0.0");
  return goes_on || own ? 0 : at;
}

/// A byte of a character beyond ASCII in UTF-8. Whether `char` has a sign depends on the processor.
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Length of an "\u00e9" of JSON at the beginning of `text`, 0 if there is none.
std::size_t escape_length(std::string_view text) {
  constexpr std::size_t kLength = 6;
  const bool is_escape =
      text.size() >= kLength && text.starts_with("\\u") && std::ranges::all_of(text.substr(2, kLength - 2), is_hex);
  return is_escape ? kLength : 0;
}

/// Length of a folder's name at the beginning of `text`, as it is or as JSON writes it.
std::size_t folder_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    const std::size_t escape = escape_length(text.substr(at));
    if (escape == 0 && (c == '"' || c == '/' || c == '\\' || static_cast<unsigned char>(c) <= ' ')) {
      break;
    }
    at += std::max<std::size_t>(escape, 1);
  }
  return at;
}

/// Length of what parts a path, as it is or as JSON writes it.
std::size_t separator_length(std::string_view text) {
  if (text.starts_with("\\/") || text.starts_with("\\\\")) {
    return 2;
  }
  return text.starts_with('/') || text.starts_with('\\') ? 1 : 0;
}

/// Length of the path of a home folder up to its owner's name, 0 if there is none.
std::size_t home_length(std::string_view text) {
  const std::size_t before = separator_length(text);
  for (const std::string_view root : {"home", "Users"}) {
    if (before == 0 || !text.substr(before).starts_with(root)) {
      continue;
    }
    const std::size_t behind = before + root.size();
    const std::size_t name = behind + separator_length(text.substr(behind));
    const std::size_t length = folder_length(text.substr(name));
    return name > behind && length > 0 ? name + length : 0;
  }
  return 0;
}

bool is_mail(char c) { return is_word(c) || is_beyond_ascii(c) || c == '.' || c == '_' || c == '-' || c == '+'; }

/// The e-mail address around the '@' at `at`, empty if there is none.
std::string_view mail_around(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && is_mail(text[begin - 1])) {
    --begin;
  }
  std::size_t end = at + 1;
  while (end < text.size() && is_mail(text[end])) {
    ++end;
  }
  const std::string_view host = text.substr(at + 1, end - at - 1);
  const std::size_t point = host.find_last_of('.');
  // "p99@10.5ms" is no host: a top-level domain has letters only.
  const std::string_view top = point == std::string_view::npos ? "" : host.substr(point + 1);
  const bool is_host =
      point != 0 && top.size() > 1 && std::ranges::all_of(top, [](unsigned char c) { return std::isalpha(c) != 0; });
  return begin < at && is_host ? text.substr(begin, end - begin) : std::string_view{};
}

}  // namespace

std::vector<NameFound> find_names(std::string_view bytes, const std::vector<OwnName>& names) {
  std::vector<NameFound> found;
  json root;
  try {
    root = parse_untrusted_json(bytes, "", "a result file");
  } catch (const std::runtime_error&) {
    root = nullptr;
  }
  const std::string raw = lowered(bytes);
  for (const OwnName& name : names) {
    if (!name.not_searched.empty() || name.value.empty()) {
      continue;
    }
    const std::string wanted = lowered(name.value);
    const std::size_t before = found.size();
    std::set<std::string> places;
    each_text(root, "", [&](const std::string& place, const std::string& text) {
      if (find_alone(lowered(text), wanted) != std::string_view::npos && places.insert(place).second) {
        found.push_back({.what = name.what, .place = place});
      }
    });
    if (const std::size_t at = find_alone(raw, wanted); found.size() == before && at != std::string_view::npos) {
      found.push_back({.what = name.what, .place = fmt::format("byte {}", at)});
    }
  }
  return found;
}

std::vector<std::string> find_traces(std::string_view bytes) {
  std::set<std::string> seen;
  std::vector<std::string> found;
  const auto add = [&](const char* what, std::string_view text) {
    std::string line = fmt::format("{} {}", what, printable(text, kLongestShown));
    if (found.size() < kMostTraces && seen.insert(line).second) {
      found.push_back(std::move(line));
    }
  };
  if (bytes.find("PRIVATE KEY-----") != std::string_view::npos) {
    found.emplace_back("a private key: whoever has it signs in its owner's name");
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char c = bytes[at];
    const bool begins = at == 0 || (!is_word(bytes[at - 1]) && bytes[at - 1] != '.' && bytes[at - 1] != ':');
    if (begins && is_hex(c)) {
      if (const std::size_t length = mac_length(bytes.substr(at)); length > 0) {
        add("a MAC address", bytes.substr(at, length));
      } else if (const std::size_t ip = ip_length(bytes.substr(at)); ip > 0) {
        add("an IP address", bytes.substr(at, ip));
      }
    } else if ((c == '/' || c == '\\') && (at == 0 || bytes[at - 1] != '\\')) {
      if (const std::size_t length = home_length(bytes.substr(at)); length > 0) {
        add("a home folder", bytes.substr(at, length));
      }
    } else if (c == '@') {
      if (const std::string_view mail = mail_around(bytes, at); !mail.empty()) {
        add("an e-mail address", mail);
      }
    }
  }
  return found;
}

void add_shared_texts(const json& root, SharedTexts& shared) {
  shared.numbers += count_numbers(root);
  each_text(root, "", [&](const std::string& place, const std::string& text) {
    if (!place.ends_with(" (its name)")) {
      shared.texts[place].insert(text);
    }
  });
}

}  // namespace assay
