#include "kernels/tiny/tiny_file.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace assay {
namespace {

constexpr std::string_view kMagic = "assaytny";
constexpr std::size_t kHeader = 24;
constexpr std::uint32_t kVersion = 1;

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1U) != 0 ? 0xedb88320U ^ (value >> 1U) : value >> 1U;
    }
    table[i] = value;
  }
  return table;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = crc_table();
  std::uint32_t crc = 0xffffffffU;
  for (const char c : bytes) {
    crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xffU] ^ (crc >> 8U);
  }
  return ~crc;
}

std::string_view tiny_payload(std::string_view file, TinyKind kind) {
  if (!file.starts_with(kMagic) || file.size() < kHeader) {
    throw std::runtime_error("not a file of share/tiny: it does not begin with \"assaytny\" and a header of 24 bytes");
  }
  TinyReader header(file.substr(kMagic.size(), kHeader - kMagic.size()));
  const std::uint32_t found_kind = header.u32();
  const std::uint32_t version = header.u32();
  const std::uint32_t size = header.u32();
  const std::uint32_t expected = header.u32();
  if (found_kind != static_cast<std::uint32_t>(kind)) {
    throw std::runtime_error(fmt::format("holds kind {}, not {}", found_kind, static_cast<std::uint32_t>(kind)));
  }
  if (version != kVersion) {
    throw std::runtime_error(fmt::format("is of version {}; this program reads version {}", version, kVersion));
  }
  const std::string_view payload = file.substr(kHeader);
  if (payload.size() != size) {
    throw std::runtime_error(fmt::format("{} bytes follow its header, not the {} it names", payload.size(), size));
  }
  if (crc32(payload) != expected) {
    throw std::runtime_error("its checksum does not match: it was changed or damaged");
  }
  return payload;
}

std::string_view TinyReader::take(std::size_t count) {
  if (count > left_.size()) {
    throw std::runtime_error(fmt::format("ends too early: {} more bytes expected, {} left", count, left_.size()));
  }
  const std::string_view taken = left_.substr(0, count);
  left_.remove_prefix(count);
  return taken;
}

std::uint8_t TinyReader::u8() { return static_cast<std::uint8_t>(take(1)[0]); }

std::uint16_t TinyReader::u16() {
  const auto low = u8();
  return static_cast<std::uint16_t>(low | (u8() << 8));
}

std::uint32_t TinyReader::u32() {
  const std::uint32_t low = u16();
  return low | (static_cast<std::uint32_t>(u16()) << 16U);
}

float TinyReader::f32() {
  const auto value = std::bit_cast<float>(u32());
  if (!std::isfinite(value)) {
    throw std::runtime_error("holds a number that is not finite");
  }
  return value;
}

std::vector<float> TinyReader::floats(std::size_t count) {
  std::vector<float> values(count);
  for (float& value : values) {
    value = f32();
  }
  return values;
}

std::vector<float> TinyReader::scales(std::size_t count) {
  std::vector<float> values = floats(count);
  constexpr float kSmallest = 1e-12F;
  constexpr float kLargest = 1e6F;
  for (const float value : values) {
    if (value < kSmallest || value > kLargest) {
      throw std::runtime_error("holds a scale outside 1e-12 to 1e6");
    }
  }
  return values;
}

std::vector<std::int32_t> TinyReader::integers(std::size_t count) {
  std::vector<std::int32_t> values(count);
  for (std::int32_t& value : values) {
    value = std::bit_cast<std::int32_t>(u32());
  }
  return values;
}

std::vector<std::int8_t> TinyReader::bytes(std::size_t count) {
  const std::string_view taken = take(count);
  return {taken.begin(), taken.end()};
}

std::string_view TinyReader::text(std::size_t count) { return take(count); }

void TinyReader::finish() const {
  if (!left_.empty()) {
    throw std::runtime_error(fmt::format("holds {} bytes too many", left_.size()));
  }
}

}  // namespace assay
