#include "scenarios/field_sound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>
#include <stdexcept>

#include "kernels/tiny/mfcc.hpp"

namespace assay {
namespace {

constexpr std::array<std::string_view, 6> kKinds{"babble", "talker", "music", "street", "pink", "white"};
constexpr double kRate = kSoundRate;
using Sound = std::vector<float>;

double between(RandomBits& random, double lower, double upper) { return lower + (upper - lower) * random.unit(); }

float root_mean_square(std::span<const float> sound) {
  double sum = 0.0;
  for (const float x : sound) {
    sum += static_cast<double>(x) * static_cast<double>(x);
  }
  return static_cast<float>(std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, sound.size())) + 1e-20));
}

void add(Sound& to, std::span<const float> from, std::size_t at, float gain) {
  for (std::size_t i = 0; i < from.size() && at + i < to.size(); ++i) {
    to[at + i] += gain * from[i];
  }
}

/// The words of the unseen voices, less those that must not talk.
class Talkers {
 public:
  Talkers(const ClipSet& voices, std::optional<std::uint16_t> target) {
    for (const SpokenClip& clip : voices.clips) {
      if (clip.unseen && clip.voice != target) {
        words_.push_back(&clip);
      }
    }
  }

  /// One person who talks all the time, beginning within a word: somebody else at each call.
  void add_to(Sound& sound, RandomBits& random) {
    if (words_.empty()) {
      throw std::invalid_argument("too few unseen voices to talk with");
    }
    const std::uint16_t voice = words_[random.below(words_.size())]->voice;
    std::vector<const SpokenClip*> own;
    std::ranges::copy_if(words_, std::back_inserter(own),
                         [voice](const SpokenClip* clip) { return clip->voice == voice; });
    std::erase_if(words_, [voice](const SpokenClip* clip) { return clip->voice == voice; });
    Sound talk(3 * kSoundWindow, 0.0F);
    std::size_t at = 0;
    while (at < talk.size()) {
      const Sound& word = own[random.below(own.size())]->samples;
      add(talk, word, at, 1.0F / root_mean_square(word));
      at += word.size() + random.below(kSoundRate / 8);
    }
    add(sound, std::span(talk).subspan(random.below(kSoundWindow)), 0, 1.0F);
  }

 private:
  std::vector<const SpokenClip*> words_;
};

/// A low-pass filter of one pole over white noise, several of them in a row.
Sound rumble(RandomBits& random, double cutoff_hz, int poles) {
  Sound sound(kSoundWindow);
  for (float& x : sound) {
    x = static_cast<float>(random.normal());
  }
  const auto keep = static_cast<float>(std::exp(-2.0 * std::numbers::pi * cutoff_hz / kRate));
  for (int pole = 0; pole < poles; ++pole) {
    float state = 0.0F;
    for (float& x : sound) {
      state = keep * state + (1.0F - keep) * x;
      x = state;
    }
  }
  const float level = root_mean_square(sound);
  for (float& x : sound) {
    x /= level;
  }
  return sound;
}

Sound pink(RandomBits& random) {
  // The sum of filters an octave apart falls by about 3 dB an octave.
  Sound sound(kSoundWindow, 0.0F);
  for (double cutoff = 15.0; cutoff < kRate / 2; cutoff *= 2) {
    add(sound, rumble(random, cutoff, 1), 0, 1.0F);
  }
  return sound;
}

/// A chord of odd harmonics with vibrato that changes a few times a second, a bass drum and a hi-hat on the beat.
Sound music(RandomBits& random) {
  constexpr std::array<double, 4> kChord{1.0, 1.2599, 1.4983, 2.0};
  Sound sound(kSoundWindow, 0.0F);
  const auto beat = static_cast<std::size_t>(between(random, 0.22, 0.5) * kRate);
  std::size_t next = random.below(beat);
  std::array<double, kChord.size()> phases{};
  double root = between(random, 130.0, 280.0);
  const double vibrato = between(random, 4.0, 7.0);
  std::size_t since = 0;
  const bool drums = random.unit() < 0.7;
  for (std::size_t i = 0; i < sound.size(); ++i, ++since) {
    if (i == next) {
      root *= std::exp2(static_cast<double>(random.below(11)) / 12.0 - 5.0 / 12.0);
      root = std::clamp(root, 100.0, 400.0);
      next += beat;
      since = 0;
    }
    const double t = static_cast<double>(i) / kRate;
    const double bend = 1.0 + 0.006 * std::sin(2 * std::numbers::pi * vibrato * t);
    double value = 0.0;
    for (std::size_t voice = 0; voice < kChord.size(); ++voice) {
      const double hz = root * kChord[voice] * bend;
      phases[voice] += 2 * std::numbers::pi * hz / kRate;
      for (int harmonic = 1; harmonic * hz < 0.48 * kRate && harmonic <= 11; harmonic += 2) {
        value += std::sin(harmonic * phases[voice]) / (harmonic * static_cast<double>(kChord.size()));
      }
    }
    if (drums) {
      const double after = static_cast<double>(since) / kRate;
      value += 1.2 * std::exp(-14 * after) * std::sin(2 * std::numbers::pi * (60 + 90 * std::exp(-30 * after)) * after);
      value += 0.25 * std::exp(-60 * after) * random.normal();
    }
    sound[i] = static_cast<float>(value);
  }
  return sound;
}

/// Wind and tyres whose loudness swells, an engine with its harmonics, in every fifth second a horn.
Sound street(RandomBits& random) {
  const Sound wind = rumble(random, between(random, 60, 200), 2);
  const Sound tyres = rumble(random, between(random, 600, 1800), 1);
  const double passes_at = between(random, -0.3, 1.3);
  const double firing = between(random, 30, 90);
  const bool horn = random.unit() < 0.2;
  const double horn_hz = between(random, 300, 480);
  double phase = 0.0;
  Sound sound(kSoundWindow);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const double t = static_cast<double>(i) / kRate;
    const double distance = (t - passes_at) / 0.4;
    const double swell = 0.3 + 1.0 / (1.0 + distance * distance);
    phase += 2 * std::numbers::pi * firing * (1.0 - 0.03 * std::tanh(distance)) / kRate;
    double engine = 0.0;
    for (int harmonic = 1; harmonic <= 6; ++harmonic) {
      engine += std::sin(harmonic * phase + harmonic * harmonic) / harmonic;
    }
    double value = 0.6 * static_cast<double>(wind[i]) + swell * (static_cast<double>(tyres[i]) + 0.5 * engine);
    if (horn && t > 0.3 && t < 0.7) {
      value += std::sin(2 * std::numbers::pi * horn_hz * t) + 0.8 * std::sin(2 * std::numbers::pi * 1.26 * horn_hz * t);
    }
    sound[i] = static_cast<float>(value);
  }
  return sound;
}

Sound raw_noise(std::string_view kind, RandomBits& random, const ClipSet& voices, std::optional<std::uint16_t> target) {
  Sound sound(kSoundWindow, 0.0F);
  if (kind == "babble" || kind == "talker") {
    const int talkers = kind == "babble" ? 7 : 1;
    Talkers others(voices, target);
    for (int i = 0; i < talkers; ++i) {
      others.add_to(sound, random);
    }
    return sound;
  }
  if (kind == "music") {
    return music(random);
  }
  if (kind == "street") {
    return street(random);
  }
  if (kind == "pink") {
    return pink(random);
  }
  if (kind == "white") {
    for (float& x : sound) {
      x = static_cast<float>(random.normal());
    }
    return sound;
  }
  throw std::invalid_argument("no such noise");
}

}  // namespace

std::span<const std::string_view> field_noise_kinds() { return kKinds; }

std::vector<float> field_noise(std::string_view kind, RandomBits& random, const ClipSet& voices,
                               std::optional<std::uint16_t> target) {
  Sound sound = raw_noise(kind, random, voices, target);
  const float level = root_mean_square(sound);
  for (float& x : sound) {
    x /= level;
  }
  return sound;
}

Echo::Echo() : fourier_(2 * std::size_t{8192}), sound_(fourier_.size()), room_(fourier_.size()) {}

void Echo::apply(std::span<float> sound, double rt60_s, RandomBits& random) {
  constexpr std::size_t kDirect = 16;  // 2 ms without reflections
  const std::size_t length = std::min(fourier_.size() - sound.size(), kSoundWindow);
  std::fill(room_.begin(), room_.end(), std::complex<float>{});
  double energy = 0.0;
  for (std::size_t i = kDirect; i < length; ++i) {
    const double decay = std::pow(10.0, -3.0 * static_cast<double>(i) / kRate / rt60_s);
    const double value = random.normal() * decay;
    room_[i] = static_cast<float>(value);
    energy += value * value;
  }
  constexpr double kTailEnergy = 0.5;  // 3 dB below the direct sound
  const auto scale = static_cast<float>(std::sqrt(kTailEnergy / energy));
  for (std::complex<float>& value : room_) {
    value *= scale;
  }
  room_[0] = 1.0F;
  std::fill(sound_.begin(), sound_.end(), std::complex<float>{});
  std::copy(sound.begin(), sound.end(), sound_.begin());
  fourier_.forward(sound_);
  fourier_.forward(room_);
  for (std::size_t i = 0; i < sound_.size(); ++i) {
    const std::complex<float> a = sound_[i];
    const std::complex<float> b = room_[i];
    sound_[i] = {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  }
  fourier_.inverse(sound_);
  const float back = 1.0F / static_cast<float>(fourier_.size());
  for (std::size_t i = 0; i < sound.size(); ++i) {
    sound[i] = sound_[i].real() * back;
  }
}

}  // namespace assay
