#include "analysis/run_file_pretty.hpp"

#include <nlohmann/json.hpp>

namespace assay {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kColumns = 110;

std::string scalar(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string one_line(const ordered_json& value) {
  if (!value.is_structured()) {
    return scalar(value);
  }
  std::string out(1, value.is_object() ? '{' : '[');
  const char* separator = "";
  for (const auto& [key, member] : value.items()) {
    out += separator;
    if (value.is_object()) {
      out += scalar(ordered_json(key)) + ": ";
    }
    out += one_line(member);
    separator = ", ";
  }
  return out + (value.is_object() ? '}' : ']');
}

void append(std::string& out, const ordered_json& value, std::size_t indent);

void append_object(std::string& out, const ordered_json& object, std::size_t indent) {
  const std::string margin(indent + 2, ' ');
  out += '{';
  const char* separator = "\n";
  for (const auto& [key, member] : object.items()) {
    out += separator + margin + scalar(ordered_json(key)) + ": ";
    append(out, member, indent + 2);
    separator = ",\n";
  }
  out += '\n' + std::string(indent, ' ') + '}';
}

void append_array(std::string& out, const ordered_json& array, std::size_t indent) {
  const std::string margin(indent + 2, ' ');
  out += "[\n" + margin;
  std::size_t column = indent + 2;
  bool first = true;
  for (const auto& element : array) {
    const std::string text = one_line(element);
    const bool fits = column + text.size() + 2 <= kColumns && !element.is_object();
    if (!first) {
      out += fits ? ", " : ",\n" + margin;
      column = fits ? column + 2 : indent + 2;
    }
    first = false;
    append(out, element, indent + 2);
    column += text.size();
  }
  out += '\n' + std::string(indent, ' ') + ']';
}

void append(std::string& out, const ordered_json& value, std::size_t indent) {
  const std::string text = one_line(value);
  if (!value.is_structured() || value.empty() || indent + text.size() <= kColumns - 10) {
    out += text;
  } else if (value.is_object()) {
    append_object(out, value, indent);
  } else {
    append_array(out, value, indent);
  }
}

}  // namespace

std::string pretty_json(const ordered_json& value) {
  std::string out;
  append(out, value, 0);
  out += '\n';
  return out;
}

}  // namespace assay
