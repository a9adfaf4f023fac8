#include "kernels/tiny/mfcc.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay {
namespace {

// O'Shaughnessy, Speech Communication, 1987, in natural logarithms, as HTK and MLPerf Tiny have it.
double mel(double hz) { return 1127.0 * std::log1p(hz / 700.0); }

}  // namespace

MelTriangles::MelTriangles(std::size_t bands, double lowest_hz, double highest_hz) : totals_(kSpectrumBins, 0.0F) {
  const double begin = mel(lowest_hz);
  const double step = (mel(highest_hz) - begin) / static_cast<double>(bands + 1);
  for (std::size_t band = 0; band < bands; ++band) {
    const double left = begin + step * static_cast<double>(band);
    Row row;
    for (std::size_t bin = 1; bin < kSpectrumBins; ++bin) {
      const double at = mel(static_cast<double>(bin * kSoundRate) / static_cast<double>(kSpectrumSize));
      const double weight = std::min(at - left, left + 2 * step - at) / step;
      if (weight > 0.0) {
        if (row.weights.empty()) {
          row.first = bin;
        }
        row.weights.push_back(static_cast<float>(weight));
        totals_[bin] += static_cast<float>(weight);
      }
    }
    rows_.push_back(std::move(row));
  }
}

void MelTriangles::sum(std::span<const float> bins, std::span<float> bands) const noexcept {
  for (std::size_t band = 0; band < rows_.size(); ++band) {
    float total = 0.0F;
    const float* const from = bins.data() + rows_[band].first;
    for (std::size_t i = 0; i < rows_[band].weights.size(); ++i) {
      total += rows_[band].weights[i] * from[i];
    }
    bands[band] = total;
  }
}

void MelTriangles::spread(std::span<const float> bands, std::span<float> bins) const noexcept {
  std::fill(bins.begin(), bins.end(), 0.0F);
  for (std::size_t band = 0; band < rows_.size(); ++band) {
    for (std::size_t i = 0; i < rows_[band].weights.size(); ++i) {
      bins[rows_[band].first + i] += rows_[band].weights[i] * bands[band];
    }
  }
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    bins[bin] = totals_[bin] > 0.0F ? bins[bin] / totals_[bin] : 1.0F;
  }
}

Mfcc::Mfcc() {
  for (std::size_t i = 0; i < kMfccFrame; ++i) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(kMfccFrame);
    hann_[i] = static_cast<float>(0.5 - 0.5 * std::cos(angle));
  }
  for (std::size_t k = 0; k < kMfccCoefficients; ++k) {
    for (std::size_t i = 0; i < kMels; ++i) {
      const double angle = std::numbers::pi / kMels * static_cast<double>(k) * (static_cast<double>(i) + 0.5);
      cosines_[k * kMels + i] = static_cast<float>(std::sqrt(2.0 / kMels) * std::cos(angle));
    }
  }
}

void Mfcc::frame(std::span<const float> sound, std::span<float> coefficients) noexcept {
  for (std::size_t i = 0; i < kMfccFrame; ++i) {
    spectrum_[i] = sound[i] * hann_[i];
  }
  std::fill(spectrum_.begin() + kMfccFrame, spectrum_.end(), std::complex<float>{});
  fourier_.forward(spectrum_);
  for (std::size_t bin = 0; bin < kSpectrumBins; ++bin) {
    const std::complex<float> value = spectrum_[bin];
    magnitudes_[bin] = 2.0F * std::sqrt(value.real() * value.real() + value.imag() * value.imag());
  }
  mels_.sum(magnitudes_, bands_);
  constexpr float kFloor = 0.05F;
  for (float& band : bands_) {
    band = std::log(band + kFloor);
  }
  for (std::size_t k = 0; k < kMfccCoefficients; ++k) {
    float total = 0.0F;
    for (std::size_t i = 0; i < kMels; ++i) {
      total += cosines_[k * kMels + i] * bands_[i];
    }
    coefficients[k] = total;
  }
}

void Mfcc::window(std::span<const float> sound, std::span<float> features) noexcept {
  for (std::size_t i = 0; i < kMfccFrames; ++i) {
    frame(sound.subspan(i * kMfccHop, kMfccFrame), features.subspan(i * kMfccCoefficients, kMfccCoefficients));
  }
}

}  // namespace assay
