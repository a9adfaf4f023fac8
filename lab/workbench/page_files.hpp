#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace assay {

/// A file that is part of the program.
struct EmbeddedFile {
  std::string_view address;  ///< "/", "/lab.js"
  std::string_view content;
};

/// The files of the workbench's page; the source is written by the build.
[[nodiscard]] std::span<const EmbeddedFile> page_contents();

struct PageFile {
  std::string_view type;
  std::string_view content;
};

/// By its address; nothing else is ever served.
[[nodiscard]] std::optional<PageFile> page_file(std::string_view address);

}  // namespace assay
