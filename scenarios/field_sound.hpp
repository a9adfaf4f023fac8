#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/random_bits.hpp"
#include "kernels/tiny/clip_set.hpp"
#include "kernels/tiny/fourier.hpp"

namespace assay {

/// The kinds of noise that field_noise() makes, in the order in which tables show them.
[[nodiscard]] std::span<const std::string_view> field_noise_kinds();

/// One second of noise at 8 kHz with mean square 1, from the random numbers alone. babble: seven different voices of
/// `voices` that no training heard; talker: one; `target`, a voice of `voices`, is never among them, and so none of its
/// clips. music: an organ with drums; street: engines that pass, wind and horns; pink and white. None comes from the
/// generators of the training (tools/tiny/tiny_audio.py). The training had no street and no white noise; its pink noise
/// had the spectrum of this one. Throws std::invalid_argument for another kind, or too few voices.
[[nodiscard]] std::vector<float> field_noise(std::string_view kind, RandomBits& random, const ClipSet& voices,
                                             std::optional<std::uint16_t> target = {});

/// Echo of a room: the sound and an exponential tail of noise behind it that falls by 60 dB in RT60, 3 dB below the
/// direct sound in total. Polack, Journal of the Audio Engineering Society 40, 1992.
class Echo {
 public:
  Echo();
  /// kSoundWindow samples in place; what would follow them is cut.
  void apply(std::span<float> sound, double rt60_s, RandomBits& random);

 private:
  Fourier fourier_;
  std::vector<std::complex<float>> sound_;
  std::vector<std::complex<float>> room_;
};

}  // namespace assay
