#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "kernels/tiny/fourier.hpp"

namespace assay {

// Sound is 8 kHz, mono, in [-1, 1]: the highest band of the features ends at 4 kHz.
inline constexpr std::size_t kSoundRate = 8000;
inline constexpr std::size_t kSoundWindow = 8000;  ///< samples that the keyword network hears: one second
inline constexpr std::size_t kSpectrumSize = 256;
inline constexpr std::size_t kSpectrumBins = kSpectrumSize / 2 + 1;
inline constexpr std::size_t kMfccFrame = 240;  ///< 30 ms
inline constexpr std::size_t kMfccHop = 160;    ///< 20 ms
inline constexpr std::size_t kMfccFrames = 49;
inline constexpr std::size_t kMfccCoefficients = 10;

/// Overlapping triangles over the bins of a spectrum, equally wide in mel, as sparse rows.
class MelTriangles {
 public:
  /// `bands` triangles whose feet reach from `lowest_hz` to `highest_hz`; bin 0 belongs to none.
  MelTriangles(std::size_t bands, double lowest_hz, double highest_hz);

  [[nodiscard]] std::size_t bands() const { return rows_.size(); }
  /// Weighted sums of kSpectrumBins values; one for each band.
  void sum(std::span<const float> bins, std::span<float> bands) const noexcept;
  /// For each bin the mean of the bands' values, weighted by the triangles; 1 where no triangle is.
  void spread(std::span<const float> bands, std::span<float> bins) const noexcept;

 private:
  struct Row {
    std::size_t first = 0;
    std::vector<float> weights;
  };
  std::vector<Row> rows_;
  std::vector<float> totals_;
};

/// The features of MLPerf Tiny's keyword spotting: 40 mel bands from 20 Hz to 4 kHz of a Hann window, logarithm, ten
/// cepstral coefficients, 49 frames a second. At 8 kHz a frame of 240 samples has the bins of one of 480 at 16 kHz; its
/// magnitudes are doubled to equal those. log(x + 0.05): what is quieter is lost on purpose.
/// One thread at a time. Allocates nothing after construction.
class Mfcc {
 public:
  Mfcc();
  /// `sound`: kMfccFrame samples; `coefficients`: kMfccCoefficients.
  void frame(std::span<const float> sound, std::span<float> coefficients) noexcept;
  /// `sound`: kSoundWindow samples; `features`: kMfccFrames rows of kMfccCoefficients.
  void window(std::span<const float> sound, std::span<float> features) noexcept;

 private:
  static constexpr std::size_t kMels = 40;
  Fourier fourier_{kSpectrumSize};
  MelTriangles mels_{kMels, 20.0, 4000.0};
  std::array<float, kMfccFrame> hann_{};
  std::array<float, kMels * kMfccCoefficients> cosines_{};
  std::array<std::complex<float>, kSpectrumSize> spectrum_{};
  std::array<float, kSpectrumBins> magnitudes_{};
  std::array<float, kMels> bands_{};
};

}  // namespace assay
