#pragma once

#include <complex>
#include <cstddef>
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

/// One second of noise at 8 kHz with mean square 1, from the random numbers alone. babble: seven voices of `voices`
/// that no training heard; talker: one; music: an organ with drums; street: engines that pass, wind and horns; pink and
/// white. None comes from the generators of the training (tools/tiny/tiny_audio.py), and the training had neither
/// street nor white. Throws std::invalid_argument for another kind.
[[nodiscard]] std::vector<float> field_noise(std::string_view kind, RandomBits& random, const ClipSet& voices);

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
