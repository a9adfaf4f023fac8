#pragma once

#include <string>

namespace assay {

/// A text that a person wrote for the ledger: without space around it, valid UTF-8, no control characters but line
/// ends, at most 2,000 bytes. Throws LabRefusal (bad_value) naming `what`; an empty text is refused too.
[[nodiscard]] std::string checked_lab_text(const std::string& what, const std::string& text);

/// A short word in print, such as a nonce or a name: one line, at most 60 bytes; may be empty.
[[nodiscard]] std::string checked_lab_word(const std::string& what, const std::string& text);

}  // namespace assay
