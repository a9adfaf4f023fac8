#include "lab/workbench/page_files.hpp"

#include <algorithm>

namespace assay {

namespace {

std::string_view type_of(std::string_view address) {
  if (address.ends_with(".js")) {
    return "text/javascript; charset=utf-8";
  }
  if (address.ends_with(".svg")) {
    return "image/svg+xml";
  }
  return address.ends_with(".css") ? "text/css; charset=utf-8" : "text/html; charset=utf-8";
}

}  // namespace

std::optional<PageFile> page_file(std::string_view address) {
  const auto files = page_contents();
  const auto found = std::ranges::find(files, address, &EmbeddedFile::address);
  if (found == files.end()) {
    return std::nullopt;
  }
  return PageFile{.type = type_of(address), .content = found->content};
}

}  // namespace assay
