#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>

#include "kernels/tiny/mfcc.hpp"
#include "scenarios/real_world.hpp"

namespace assay {
namespace {

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  if (at + count > bytes.size()) {
    throw std::runtime_error("ends within its header");
  }
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

void require_format(std::string_view body) {
  const bool fits = body.size() >= 16 && little_endian(body, 0, 2) == 1 && little_endian(body, 2, 2) == 1 &&
                    little_endian(body, 4, 4) == kSoundRate && little_endian(body, 14, 2) == 16;
  if (!fits) {
    throw std::runtime_error("is not 16-bit PCM, mono, 8 kHz");
  }
}

/// From 10 ms before to 20 ms after what is louder than 1.5 % of the peak, at most a second, the peak at half of full
/// scale: as tools/tiny/synthesize does.
std::vector<float> trimmed_word(const std::vector<float>& sound) {
  float peak = 0.0F;
  for (const float x : sound) {
    peak = std::max(peak, std::abs(x));
  }
  if (peak <= 0.0F) {
    throw std::runtime_error("is silent");
  }
  constexpr float kLoud = 0.015F;
  const auto loud = [peak](float x) { return std::abs(x) > kLoud * peak; };
  const auto first = std::distance(sound.begin(), std::ranges::find_if(sound, loud));
  const auto last = std::distance(sound.begin(), std::find_if(sound.rbegin(), sound.rend(), loud).base());
  constexpr std::ptrdiff_t kBefore = 80;
  constexpr std::ptrdiff_t kAfter = 160;
  const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, first - kBefore);
  const std::ptrdiff_t end = std::min({std::ssize(sound), last + kAfter, begin + std::ptrdiff_t{kSoundWindow}});
  std::vector<float> word(sound.begin() + begin, sound.begin() + end);
  for (float& x : word) {
    x *= 0.5F / peak;
  }
  return word;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    throw std::runtime_error("is no regular file");
  }
  constexpr std::uintmax_t kMostBytes = 1U << 24U;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kMostBytes) {
    throw std::runtime_error(error ? error.message() : "is larger than 16 MiB");
  }
  std::ifstream file(path, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    throw std::runtime_error("cannot be read");
  }
  return bytes;
}

}  // namespace

std::vector<float> sound_from_wav(std::string_view bytes) {
  if (bytes.size() < 12 || bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE") {
    throw std::runtime_error("is no RIFF file with WAVE inside");
  }
  bool known = false;
  std::size_t at = 12;
  while (at + 8 <= bytes.size()) {
    const std::string_view name = bytes.substr(at, 4);
    const std::size_t size = std::min<std::size_t>(little_endian(bytes, at + 4, 4), bytes.size() - at - 8);
    const std::string_view body = bytes.substr(at + 8, size);
    if (name == "fmt ") {
      require_format(body);
      known = true;
    } else if (name == "data" && known) {
      std::vector<float> sound;
      for (std::size_t i = 0; i + 2 <= body.size(); i += 2) {
        sound.push_back(static_cast<float>(static_cast<std::int16_t>(little_endian(body, i, 2))) / 32768.0F);
      }
      if (sound.empty()) {
        break;
      }
      return sound;
    }
    at += 8 + size + size % 2;
  }
  throw std::runtime_error("holds no samples behind a format");
}

ClipSet read_spoken_digits(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.size() > 6 && name[0] >= '0' && name[0] <= '9' && name[1] == '_' && name.ends_with(".wav")) {
      paths.push_back(entry->path());
    }
  }
  if (error || paths.empty()) {
    throw std::runtime_error(
        fmt::format("{}: {}", folder.string(), error ? error.message() : "no files named like 3_speaker_0.wav in it"));
  }
  constexpr std::size_t kMostRecordings = 20000;  // the set has 3,000; as many speakers have numbers of 16 bits
  if (paths.size() > kMostRecordings) {
    throw std::runtime_error(fmt::format("{}: holds more than 20,000 recordings", folder.string()));
  }
  std::ranges::sort(paths);
  ClipSet set;
  std::map<std::string, std::uint16_t> speakers;
  for (const std::filesystem::path& path : paths) {
    const std::string name = path.filename().string();
    const std::string speaker = name.substr(2, name.find('_', 2) - 2);
    const auto [known, fresh] = speakers.try_emplace(speaker, static_cast<std::uint16_t>(set.voices.size()));
    if (fresh) {
      set.voices.push_back(speaker);
    }
    try {
      set.clips.push_back({.label = static_cast<std::uint8_t>(name[0] - '0'),
                           .unseen = true,
                           .voice = known->second,
                           .samples = trimmed_word(sound_from_wav(bytes_of(path)))});
    } catch (const std::runtime_error& problem) {
      throw std::runtime_error(fmt::format("{} {}", path.string(), problem.what()));
    }
  }
  return set;
}

}  // namespace assay
