#pragma once

#include <string_view>

namespace assay {

/// The order in which people put names: runs of digits by their value, so that "n9" comes before "n10".
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

}  // namespace assay
