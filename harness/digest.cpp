#include "harness/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

namespace assay {
namespace {

constexpr std::size_t kSha256Size = 32;
using Sha256 = std::array<unsigned char, kSha256Size>;

Sha256 sha256(std::string_view data) {
  Sha256 digest{};
  unsigned int size = 0;
  if (EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1 || size != digest.size()) {
    throw std::runtime_error("EVP_Digest(sha256) failed");
  }
  return digest;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

}  // namespace

std::string sha256_hex(std::string_view data) { return to_hex(sha256(data)); }

std::string base64(std::string_view data) {
  std::vector<unsigned char> text(4 * ((data.size() + 2) / 3) + 1);  // EVP_EncodeBlock ends it with a zero
  const int length =
      EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(data.data()), static_cast<int>(data.size()));
  return {text.begin(), text.begin() + length};
}

std::string sha256_base64(std::string_view data) {
  const Sha256 digest = sha256(data);
  return base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string hmac_sha256_hex(std::string_view key, std::string_view message) {
  Sha256 code{};
  unsigned int size = 0;
  // HMAC_Init_ex takes a null key for "the one before", so an empty key must still point somewhere.
  const void* key_bytes = key.empty() ? "" : key.data();
  const auto* message_bytes = reinterpret_cast<const unsigned char*>(message.data());
  if (HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), message_bytes, message.size(), code.data(), &size) ==
          nullptr ||
      size != code.size()) {
    throw std::runtime_error("HMAC(sha256) failed");
  }
  return to_hex(code);
}

std::string random_hex(int count) {
  std::vector<unsigned char> bytes(static_cast<std::size_t>(count));
  if (RAND_bytes(bytes.data(), count) != 1) {
    throw std::runtime_error("RAND_bytes(" + std::to_string(count) + ") failed");
  }
  return to_hex(bytes);
}

}  // namespace assay
