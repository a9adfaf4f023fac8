#pragma once

#include "analysis/html.hpp"
#include "analysis/serving_record.hpp"

namespace assay {

/// One bar of seven parts, stretched by the page, and a list that names them; no script draws it.
[[nodiscard]] Html waterfall_bar(const ServingWaterfall& waterfall);

}  // namespace assay
