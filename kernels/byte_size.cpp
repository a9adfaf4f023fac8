#include "kernels/byte_size.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

namespace assay {
namespace {

struct Suffix {
  std::string_view text;
  std::uint64_t factor;
};

constexpr std::uint64_t kKibi = 1024;
constexpr std::array kSuffixes{
    Suffix{"", 1},
    Suffix{"B", 1},
    Suffix{"KiB", kKibi},
    Suffix{"MiB", kKibi* kKibi},
    Suffix{"GiB", kKibi* kKibi* kKibi},
    Suffix{"kB", 1'000},
    Suffix{"MB", 1'000'000},
    Suffix{"GB", 1'000'000'000},
};

}  // namespace

std::optional<Bytes> parse_byte_size(std::string_view text) {
  double number = 0.0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || !(number >= 0.0)) {
    return std::nullopt;
  }
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  for (const Suffix& candidate : kSuffixes) {
    if (candidate.text == suffix) {
      // Doubles hold every whole number up to 2^53 bytes (8 PiB), which no memory reaches.
      const double size = number * static_cast<double>(candidate.factor);
      constexpr double kLargest = 9007199254740992.0;
      if (size > kLargest || size != std::floor(size)) {
        return std::nullopt;
      }
      return Bytes{static_cast<std::uint64_t>(size)};
    }
  }
  return std::nullopt;
}

std::string format_byte_size(Bytes size) {
  constexpr std::array kBinary{Suffix{"GiB", kKibi * kKibi * kKibi}, Suffix{"MiB", kKibi * kKibi},
                               Suffix{"KiB", kKibi}};
  for (const Suffix& unit : kBinary) {
    if (size.count >= unit.factor && size.count % unit.factor == 0) {
      return std::to_string(size.count / unit.factor) + std::string(unit.text);
    }
  }
  return std::to_string(size.count) + "B";
}

}  // namespace assay
