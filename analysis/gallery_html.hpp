#pragma once

#include <string>

#include "analysis/gallery.hpp"

namespace assay {

/// So many machines of a group are drawn and listed, those with something to say first; all are in gallery_json().
inline constexpr std::size_t kMostShownNodes = 200;

/// A folder of bundles as one HTML file without a script, that needs nothing else: a Content-Security-Policy forbids
/// all but the one inline style. Every text of a bundle is untrusted and comes out escaped. Deterministic.
[[nodiscard]] std::string gallery_html(const Gallery& gallery, const std::string& title);

/// All of it as JSON of schema assay/index/1.
[[nodiscard]] std::string gallery_json(const Gallery& gallery);

/// A few lines for a terminal: how many machines, who stands out, what is INVALID, missing or refused.
[[nodiscard]] std::string gallery_text(const Gallery& gallery, Charset charset);

}  // namespace assay
