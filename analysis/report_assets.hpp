#pragma once

#include <string_view>

namespace assay {

// The files of analysis/web, part of the program: written as C++ by the build (cmake/EmbedText.cmake).

/// report.css
[[nodiscard]] std::string_view report_style();

/// The same letters and colours for a gallery, and what only it has.
[[nodiscard]] std::string_view gallery_style();
/// audit.css: the charts of the comparative audit, after report_style()
[[nodiscard]] std::string_view audit_style();

/// The modules of the charts and of the report joined into one script that needs no import.
[[nodiscard]] std::string_view report_script();

}  // namespace assay
