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
  if (std::ranges::find(kind.shipped, text, &ShippedFile::name) == kind.shipped.end()) {
    throw std::invalid_argument(fmt::format("{} is no file and no {} of that name comes with the program: {}",
                                            quoted(std::string_view(text)), kind.what,
                                            fmt::join(shipped_file_names(kind.shipped), ", ")));
  }
  return shipped_file(text, kind.shipped, kind.what);
}

NamedText shipped_file(const std::string& name, std::span<const ShippedFile> shipped, std::string_view what) {
  const auto found = std::ranges::find(shipped, name, &ShippedFile::name);
  if (found == shipped.end()) {
    throw std::invalid_argument(fmt::format("no {} {} comes with the program: {}", what, quoted(std::string_view(name)),
                                            fmt::join(shipped_file_names(shipped), ", ")));
  }
  return {.name = fmt::format("{}.toml", found->name), .text = std::string(found->text())};
}

}  // namespace assay
