#include "scenarios/shipped_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "harness/decimal_text.hpp"
#include "scenarios/strict_toml.hpp"

namespace assay {

std::vector<std::string> shipped_file_names(std::span<const ShippedFile> shipped) {
  std::vector<std::string> names;
  names.reserve(shipped.size());
  for (const ShippedFile& file : shipped) {
    names.emplace_back(file.name);
  }
  return names;
}

NamedText find_shipped_file(const std::string& text, const ShippedKind& kind) {
  std::error_code error;
  const auto status = std::filesystem::status(text, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) {
    return {.name = text, .text = read_toml_file(text, kind.most_bytes, kind.example)};
  }
  const auto shipped = std::ranges::find(kind.shipped, text, &ShippedFile::name);
  if (shipped == kind.shipped.end()) {
    throw std::invalid_argument(fmt::format("{} is no file and no {} of that name comes with the program: {}",
                                            quoted(std::string_view(text)), kind.what,
                                            fmt::join(shipped_file_names(kind.shipped), ", ")));
  }
  return {.name = fmt::format("{}.toml", shipped->name), .text = std::string(shipped->text())};
}

}  // namespace assay
