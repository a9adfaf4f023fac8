#include "kernels/tiny/clip_set.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "kernels/tiny/mfcc.hpp"
#include "kernels/tiny/tiny_file.hpp"

namespace assay {
namespace {

constexpr std::uint32_t kMostClips = 100000;
constexpr std::uint8_t kLastLabel = 10;
constexpr std::uint32_t kBlock = 64;
constexpr std::uint32_t kLongestUnary = 23;

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t take(std::uint32_t count) {
    std::uint32_t value = 0;
    for (; count > 0; --count) {
      if (at_ / 8 >= bytes_.size()) {
        throw std::runtime_error("a clip ends within a sample");
      }
      const auto byte = static_cast<unsigned char>(bytes_[at_ / 8]);
      value = 2 * value + ((byte >> (7 - at_ % 8)) & 1U);
      ++at_;
    }
    return value;
  }

  std::uint32_t rice(std::uint32_t k) {
    std::uint32_t quotient = 0;
    while (take(1) == 0) {
      if (++quotient > kLongestUnary) {
        throw std::runtime_error("a clip holds a code that is too long");
      }
    }
    return (quotient << k) + take(k);
  }

  /// All but the padding of the last byte was read.
  [[nodiscard]] bool finished() const { return (at_ + 7) / 8 == bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// Polynomials of degree 0 to 3 through the last samples, none of which is beyond 32768 / 1e-12, the smallest step:
// far within 64 bits.
std::int64_t predicted(std::uint32_t order, const std::array<std::int64_t, 3>& last) {
  switch (order) {
    case 0:
      return 0;
    case 1:
      return last[0];
    case 2:
      return 2 * last[0] - last[1];
    default:
      return 3 * (last[0] - last[1]) + last[2];
  }
}

std::vector<float> decoded(std::string_view body, std::size_t samples, float step) {
  BitReader bits(body);
  std::vector<float> sound;
  sound.reserve(samples);
  std::array<std::int64_t, 3> last{};
  std::uint32_t order = 0;
  std::uint32_t k = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    if (i % kBlock == 0) {
      order = bits.take(2);
      k = bits.take(4);
    }
    const std::uint32_t folded = bits.rice(k);
    const std::int64_t left = (folded & 1U) != 0 ? -static_cast<std::int64_t>(folded / 2) - 1 : folded / 2;
    const std::int64_t value = predicted(order, last) + left;
    constexpr double kFullScale = 32768.0;
    const double level = static_cast<double>(value) * static_cast<double>(step) / kFullScale;
    if (std::abs(level) > 1.0) {
      throw std::runtime_error("a clip holds a sample beyond full scale");
    }
    sound.push_back(static_cast<float>(level));
    last = {value, last[0], last[1]};
  }
  if (!bits.finished()) {
    throw std::runtime_error("a clip holds more than its samples");
  }
  return sound;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct ClipRecord {
  std::uint16_t samples = 0;
  std::uint16_t bytes = 0;
  float step = 1.0F;
};

}  // namespace

ClipSet parse_clips(std::string_view file) {
  TinyReader reader(tiny_payload(file, TinyKind::clips));
  const std::uint32_t count = reader.u32();
  const std::uint32_t names = reader.u32();
  if (count > kMostClips) {
    throw std::runtime_error("names more than 100,000 clips");
  }
  ClipSet set;
  set.voices = lines_of(reader.text(names));
  std::vector<ClipRecord> records;
  for (std::uint32_t i = 0; i < count; ++i) {
    SpokenClip clip;
    clip.label = reader.u8();
    clip.unseen = reader.u8() != 0;
    clip.voice = reader.u16();
    ClipRecord record;
    record.samples = reader.u16();
    record.bytes = reader.u16();
    record.step = reader.scales(1)[0];
    if (clip.label > kLastLabel || clip.voice >= set.voices.size() || record.samples == 0 ||
        record.samples > kSoundWindow) {
      throw std::runtime_error("names a clip with a label, voice or length that cannot be");
    }
    records.push_back(record);
    set.clips.push_back(std::move(clip));
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    set.clips[i].samples = decoded(reader.text(records[i].bytes), records[i].samples, records[i].step);
  }
  reader.finish();
  return set;
}

ClipSet evaluation_clips() { return parse_clips(evaluation_clips_file()); }

}  // namespace assay
