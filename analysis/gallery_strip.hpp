#pragma once

#include <cstddef>
#include <span>

#include "analysis/gallery.hpp"
#include "analysis/html.hpp"

namespace assay {

/// One figure of a group as a strip: a row for each of `nodes` (indices of group.nodes), one dot with its interval on a
/// common axis, the median and what lies within the limits of noise behind it. Who stands out is a diamond, what is
/// INVALID a hollow dot with a cross, what is missing a word. Plain SVG, coloured by gallery.css.
[[nodiscard]] Html gallery_strip(const GalleryGroup& group, const GalleryFigure& figure,
                                 std::span<const std::size_t> nodes);

}  // namespace assay
