#pragma once

#include <string>
#include <string_view>

namespace assay {

/// `text` with a question mark for each control character but line ends and tabs: a file that somebody else wrote may
/// have named itself so that it moves the cursor or renames the window (ECMA-48).
[[nodiscard]] std::string without_controls(std::string_view text);

}  // namespace assay
