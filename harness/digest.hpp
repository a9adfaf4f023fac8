#pragma once

#include <string>
#include <string_view>

namespace assay {

/// SHA-256 of `data` (FIPS 180-4) as 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view data);

/// SHA-256 of `data` in base64 with padding (RFC 4648, section 4): the form that Content-Security-Policy wants.
[[nodiscard]] std::string sha256_base64(std::string_view data);

/// `data` in base64 with padding (RFC 4648, section 4).
[[nodiscard]] std::string base64(std::string_view data);

/// HMAC-SHA256 (RFC 2104) of `message` under `key` as 64 lower-case hex digits.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view message);

/// `count` bytes from the system's cryptographic generator in lower-case hex, two digits a byte.
/// Throws std::runtime_error if the generator fails.
[[nodiscard]] std::string random_hex(int count);

}  // namespace assay
