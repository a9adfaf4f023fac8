#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace assay {

/// What a file of share/tiny holds. All of them begin with the same 24 bytes, little-endian: "assaytny", this kind,
/// the version 1, the bytes that follow, and their CRC-32 (ISO 3309, as zlib computes it).
enum class TinyKind : std::uint32_t { ds_cnn = 1, isolation = 2, clips = 3 };

/// What follows the header. Throws std::runtime_error, in one line that says what is wrong, if the bytes are not a
/// whole file of that kind and version.
[[nodiscard]] std::string_view tiny_payload(std::string_view file, TinyKind kind);

[[nodiscard]] std::uint32_t crc32(std::string_view bytes);

/// Takes little-endian values from the front of a payload; throws std::runtime_error where it ends too early or a
/// float is not finite.
class TinyReader {
 public:
  explicit TinyReader(std::string_view payload) : left_(payload) {}

  [[nodiscard]] std::uint8_t u8();
  [[nodiscard]] std::uint16_t u16();
  [[nodiscard]] std::uint32_t u32();
  [[nodiscard]] float f32();
  [[nodiscard]] std::vector<float> floats(std::size_t count);
  /// As floats(), and each from 1e-12 to 1e6: scales, products of which are finite.
  [[nodiscard]] std::vector<float> scales(std::size_t count);
  [[nodiscard]] std::vector<std::int32_t> integers(std::size_t count);
  [[nodiscard]] std::vector<std::int8_t> bytes(std::size_t count);
  [[nodiscard]] std::string_view text(std::size_t count);
  /// Throws std::runtime_error if something is left.
  void finish() const;

 private:
  [[nodiscard]] std::string_view take(std::size_t count);
  std::string_view left_;
};

// Contents of the files of share/tiny, which are part of the program; the build makes these functions.
[[nodiscard]] std::string_view ds_cnn_clean_file();
[[nodiscard]] std::string_view ds_cnn_robust_file();
[[nodiscard]] std::string_view isolation_file();
[[nodiscard]] std::string_view evaluation_clips_file();

}  // namespace assay
