#pragma once

#include <string_view>

#include "analysis/html.hpp"

namespace assay {

/// What of our own may run on a page.
enum class PageScript {
  none,
  report,  ///< report_script()
};

/// The beginning of a page, up to where "<style>" report_style() "</style>" follows: a Content-Security-Policy that
/// admits that style and the script by their SHA-256 and nothing else, no network above all.
[[nodiscard]] Html page_head(std::string_view title, PageScript script);

}  // namespace assay
