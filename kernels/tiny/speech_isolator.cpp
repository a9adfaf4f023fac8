#include "kernels/tiny/speech_isolator.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay {

BandAnalysis::BandAnalysis() {
  for (std::size_t i = 0; i < kBandFrame; ++i) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(kBandFrame);
    window_[i] = static_cast<float>(std::sqrt(0.5 - 0.5 * std::cos(angle)));
  }
}

void BandAnalysis::frame(std::span<const float> sound, std::span<float> features) noexcept {
  for (std::size_t i = 0; i < kBandFrame; ++i) {
    spectrum_[i] = sound[i] * window_[i];
  }
  std::fill(spectrum_.begin() + kBandFrame, spectrum_.end(), std::complex<float>{});
  fourier_.forward(spectrum_);
  for (std::size_t bin = 0; bin < kSpectrumBins; ++bin) {
    powers_[bin] = spectrum_[bin].real() * spectrum_[bin].real() + spectrum_[bin].imag() * spectrum_[bin].imag();
  }
  bands_.sum(powers_, features);
  constexpr float kFloor = 1e-4F;
  for (float& feature : features) {
    feature = std::log(feature + kFloor);
  }
}

void SpeechIsolator::reset() noexcept {
  state_ = {};
  heard_.fill(0.0F);
  overlap_.fill(0.0F);
}

void SpeechIsolator::hop(std::span<const float> sound, std::span<float> isolated) noexcept {
  std::copy(heard_.begin() + kBandHop, heard_.end(), heard_.begin());
  std::copy_n(sound.begin(), kBandHop, heard_.begin() + kBandHop);
  analysis_.frame(heard_, features_);
  network_.frame(features_, state_, gains_);
  analysis_.bands().spread(gains_, bins_);
  const std::span<std::complex<float>> spectrum = analysis_.spectrum();
  for (std::size_t bin = 0; bin < kSpectrumBins; ++bin) {
    spectrum[bin] *= bins_[bin];
    if (bin > 0 && bin + 1 < kSpectrumBins) {
      spectrum[kSpectrumSize - bin] *= bins_[bin];
    }
  }
  analysis_.fourier().inverse(spectrum);
  constexpr float kScale = 1.0F / kSpectrumSize;
  for (std::size_t i = 0; i < kBandHop; ++i) {
    isolated[i] = overlap_[i] + spectrum[i].real() * kScale * analysis_.window()[i];
    overlap_[i] = spectrum[i + kBandHop].real() * kScale * analysis_.window()[i + kBandHop];
  }
}

void SpeechIsolator::isolate(std::span<const float> sound, std::span<float> isolated) noexcept {
  reset();
  std::array<float, kBandHop> made{};
  const std::array<float, kBandHop> silence{};
  for (std::size_t at = 0; at <= sound.size(); at += kBandHop) {
    const bool more = at < sound.size();
    hop(more ? sound.subspan(at, kBandHop) : std::span<const float>(silence), made);
    if (at >= kBandHop) {
      std::copy(made.begin(), made.end(), isolated.begin() + static_cast<std::ptrdiff_t>(at - kBandHop));
    }
  }
}

}  // namespace assay
