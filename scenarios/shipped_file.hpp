#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A file that is part of the program.
struct ShippedFile {
  std::string_view name;
  std::string_view (*text)();
};
[[nodiscard]] std::vector<std::string> shipped_file_names(std::span<const ShippedFile> shipped);

/// A text with what messages call it.
struct NamedText {
  std::string name;
  std::string text;
};

/// The shipped one of that name. Throws std::invalid_argument listing the names.
[[nodiscard]] NamedText shipped_file(const std::string& name, std::span<const ShippedFile> shipped,
                                     std::string_view what);

struct ShippedKind {
  std::span<const ShippedFile> shipped;
  std::string_view what;  ///< "suite"
  std::size_t most_bytes = 0;
  std::string_view example;  ///< a file of that kind
};

/// The file `text`, or the shipped one of that name where there is no such file. Throws std::invalid_argument listing
/// the names if it is neither, std::runtime_error where the file cannot be read.
[[nodiscard]] NamedText find_shipped_file(const std::string& text, const ShippedKind& kind);

}  // namespace assay
