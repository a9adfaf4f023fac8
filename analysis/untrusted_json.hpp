#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace assay {

/// Files from outside are read up to this size and this depth of nesting.
inline constexpr std::size_t kLargestUntrustedFile = std::size_t{16} << 20;
inline constexpr int kDeepestUntrustedJson = 32;

/// The bytes of a regular file, at most one more than the largest size: enough to see that it is too large. Throws
/// std::runtime_error naming the path and the system's message.
[[nodiscard]] std::string read_untrusted_file(const std::filesystem::path& path);

/// Throws std::runtime_error with one line "SOURCE: ..." for text that is no JSON, too large or nested too deep.
/// `what` names such a file in the message, e.g. "a run file".
[[nodiscard]] nlohmann::json parse_untrusted_json(std::string_view text, std::string_view source,
                                                  std::string_view what);

/// "sha256:" and the digest of canonical_json() of a file's text.
[[nodiscard]] std::string content_hash(std::string_view json_text);

}  // namespace assay
